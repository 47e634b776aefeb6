// Sends files once the answers have arrived, straight to the bucket. It runs after rollcall.js, which sends the answers.
(() => {
  const all = (css, root = document) => [...root.querySelectorAll(css)];
  const [form] = all("[data-form]"), questions = all("[data-files]"), [status] = all(".files-status");
  if (!form.onsubmit) return; // rollcall.js gave up: the browser posts the form, and the files follow later
  const [words, bar] = all("p, progress", status), [again, skip] = all("button", status), say = status.dataset;
  const asked = () => questions.filter(({ hidden }) => !hidden);
  const chosen = question => [...all("input", question)[0].files];

  const wrong = question => {
    const { most, bytes, size, missing } = question.dataset, files = chosen(question), large = files.find(file => file.size > bytes),
      endings = all("input", question)[0].accept.split(/, ?/), ending = ({ name }) => name.toLowerCase().match(/\.\w+$/)?.[0],
      other = files.find(file => ending(file) && !endings.includes(ending(file)));
    return other ? say.other.replace("{name}", other.name)
      : large ? say.large.replace("{name}", large.name).replace("{size}", size)
      : files.length > most ? say.many.replace("{count}", most)
      : files.length ? "" : missing;
  };
  const mark = question => {
    const said = wrong(question), [input] = all("input", question);
    all(".field-error", question)[0].textContent = said;
    question.classList.toggle("has-error", said);
    input.ariaInvalid = said && true || null;
    return said && input;
  };
  for (const question of questions) {
    for (const part of all(".files-later, input", question)) part.hidden = !part.matches("input");
    question.onchange = () => mark(question);
  }
  document.addEventListener("submit", event => {
    const [first] = asked().map(mark).filter(Boolean);
    if (!first) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    first.focus();
  }, true);

  // --- one file: three attempts, which wait for the connection; then the visitor decides
  const post = ({ url, fields }, file) => new Promise((sent, failed) => {
    const data = new FormData(), request = new XMLHttpRequest();
    for (const name in fields) data.append(name, fields[name] + (name === "key" ? file.id : ""));
    data.append("file", file);
    request.upload.onprogress = ({ loaded, total }) => (bar.value = loaded / total);
    request.onload = () => (request.status < 300 ? sent() : failed());
    request.onerror = failed;
    request.open("POST", url);
    request.send(data);
  });
  const pause = ms => new Promise(done => (navigator.onLine ? setTimeout(done, ms) : addEventListener("online", done, { once: true })));
  const tell = (said, { name }, asks) => {
    words.textContent = said.replace("{name}", name);
    status.hidden = false;
    all(".form-status p", form)[0].textContent = ""; // rollcall.js says after a while that this takes long
    bar.hidden = asks;
    again.hidden = skip.hidden = !asks;
    status.scrollIntoView({ block: "nearest" });
  };
  const deliver = async (grant, file) => {
    file.id = crypto.randomUUID(); // the same for each attempt, so that the file counts once
    for (;;) {
      for (const ms of [1e3, 4e3, 0]) {
        bar.value = 0;
        tell(say.sending, file, false);
        try {
          await post(grant, file);
          return true;
        } catch {
          if (ms) await pause(ms);
        }
      }
      tell(say.failed, file, true);
      const go = await new Promise(choose => {
        again.onclick = () => choose(true);
        skip.onclick = () => choose(false);
      });
      if (!go) return false;
    }
  };

  // rollcall.js waits for this before it shows the thank-you page, and passes the word on to it.
  form.done = async ({ uploads = {} }) => {
    let missing = false;
    for (const question of asked()) {
      const files = chosen(question), grant = uploads[question.dataset.files];
      if (!files.length && question.dataset.missing) missing = true; // after a reload the browser has forgotten the files
      for (const file of files) missing = !(grant && await deliver(grant, file)) || missing;
    }
    status.hidden = true;
    return missing ? "files-missing" : "files-sent";
  };
})();
