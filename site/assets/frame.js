// On a page in another site's frame: tells that site its height, and nothing about the visitor. It talks only to the origins
// that may frame the form.
(() => {
  const all = css => [...document.querySelectorAll(css)], allowed = document.currentScript.dataset.embedOn.split(" ");
  const may = origin => allowed.some(one => one === origin || (one.endsWith(":*") && origin.startsWith(one.slice(0, -1))));
  let outside;
  const tell = message => outside && parent.postMessage({ rollcall: message }, outside);
  const measure = () => tell({ height: document.body.scrollHeight });

  addEventListener("message", ({ source, origin, data }) => {
    if (parent === window || source !== parent || !may(origin) || !data?.rollcall) return;
    const { given } = data.rollcall;
    if (given) dispatchEvent(new CustomEvent("rollcall-given", { detail: given }));
    if (given || outside) return;
    outside = origin;
    tell({ asks: all("[data-from-query]").map(({ dataset }) => dataset.fromQuery) });
    new ResizeObserver(measure).observe(document.body);
    if (!all("[data-form]")[0]) tell({ shows: 0 }); // the thank-you page: its top is far above the button that was pressed
  });
  addEventListener("focusin", ({ target }) => target.matches(".error-summary") && tell({ shows: target.getBoundingClientRect().top }));

  // Some browsers block storage in frames. The answers then stay in this page's memory. What the thank-you page shows goes
  // there behind the # of its address, which neither a server nor the page around the frame sees.
  try {
    sessionStorage.length;
  } catch {
    const memory = { rollcall: decodeURIComponent(location.hash.slice(1)) };
    history.replaceState(null, "", location.pathname + location.search);
    const set = (target, name, text) => {
      for (const { dataset } of name === "rollcall" ? all("[data-form]") : []) dataset.thanks = dataset.thanks.split("#")[0] + "#" + encodeURIComponent(text);
      return Reflect.set(target, name, text);
    };
    Object.defineProperty(window, "sessionStorage", { value: new Proxy(memory, { set }) });
  }
})();
