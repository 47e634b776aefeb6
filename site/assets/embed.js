// For pages of other sites: fits the height of the frames with this site's forms. A frame may ask for the parameters of the
// page's address that its form takes, and gets no others.
(() => {
  const site = new URL(document.currentScript.src).origin;
  const frames = () => [...document.querySelectorAll("iframe")].filter(({ src }) => src.startsWith(site + "/embed/"));

  addEventListener("message", ({ source, origin, data }) => {
    const frame = origin === site && data?.rollcall && frames().find(({ contentWindow }) => contentWindow === source);
    if (!frame) return;
    const { height, asks, shows } = data.rollcall, above = frame.getBoundingClientRect().top + shows;
    if (height > 0) Object.assign(frame.style, { border: 0, height: Math.ceil(height) + "px" });
    if (above < 0) scrollBy(0, above - 16); // an error, or the top of the next page
    if (Array.isArray(asks)) {
      const query = new URLSearchParams(location.search);
      const given = Object.fromEntries(asks.map(name => [name, query.get(name) ?? frame.getAttribute("data-" + name)]));
      source.postMessage({ rollcall: { given } }, site);
    }
  });

  const start = () => frames().forEach(frame => {
    const greet = () => frame.contentWindow.postMessage({ rollcall: "hello" }, "*"); // tells nothing, whoever is there
    frame.addEventListener("load", greet);
    greet(); // it may have loaded before this script
  });
  document.readyState === "loading" ? addEventListener("DOMContentLoaded", start) : start();
})();
