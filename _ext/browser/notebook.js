// Runs in the page of a notebook before JupyterLite does; jupyterlite.py puts it there.
// JupyterLite starts when `opening` is fulfilled.

const BOOK = "../../"; // the book's folder, from lite/notebooks/
const NAME = new URLSearchParams(location.search).get("path") ?? "";
const [STEM, COPY] = NAME.replace(/\.ipynb$/, "").split(/ \((?=my copy of )/); // see `setAside`
const PYTHON = 55; // megabytes; a test compares it with what the browser asks for
const STORE = `JupyterLite Storage - ${new URL("..", location).pathname}`; // where JupyterLite keeps what a reader saves

const opening = (async () => {
  if (document.readyState === "loading") await new Promise(ready => document.addEventListener("DOMContentLoaded", ready));
  const back = { "Back to the book": `${BOOK}index.html` };
  if (location.protocol === "file:") {
    await ask("Python cannot start from a file", [
      "You opened the book from a folder, and browsers start Python only on a page that comes from a server.",
      "If you have Python, open a terminal in the book's folder, the one that holds index.html, and type",
      "> python -m http.server",
      "On Windows type py instead of python. Then open http://localhost:8000 in this browser. Nothing leaves your computer.",
      "Reading needs no server: all other pages work as they are.",
    ], back);
  }
  let notebook = "";
  try {
    const reply = await fetch(`../files/${encodeURIComponent(NAME)}`, { cache: "no-cache" });
    if (reply.ok) notebook = await reply.text();
  } catch {
    await ask("The book cannot be reached", ["Is this device still on the network that the book comes from? Then reload this page."], back);
  }
  const edition = notebook && JSON.parse(notebook).metadata.edition;
  const mine = await saved(files => files.get(NAME));
  if (!edition && !mine) await ask("There is no such notebook", [`The book has none with the name “${NAME}”, and this browser keeps none.`], back);
  if (edition && mine && edition !== mine.content.metadata.edition) await setAside(mine, edition);
  const copies = await saved(files => files.getAllKeys()) ?? [];
  topLine(!!edition, notebook.includes("my-study"), copies.filter(name => name.startsWith(`${STEM} (my copy of `) && name !== NAME));
  dark();
})();

/** Show a box; fulfilled with the choice that has no address. */
function ask(heading, paragraphs, choices) {
  const box = document.createElement("dialog");
  box.className = "book";
  box.setAttribute("aria-labelledby", "book-asks");
  add(box, "h1", heading).id = "book-asks";
  for (const text of paragraphs) add(box, text.startsWith("> ") ? "pre" : "p", text.replace(/^> /, ""));
  const row = add(box, "p", "");
  document.body.append(box);
  box.addEventListener("cancel", event => event.preventDefault()); // Escape is no choice
  box.showModal();
  return new Promise(choose => {
    for (const [text, href] of Object.entries(choices)) {
      if (href) add(row, "a", text).href = href;
      else add(row, "button", text).onclick = () => { box.remove(); choose(text); };
    }
  });
}

function add(where, tag, text) {
  return where.appendChild(Object.assign(document.createElement(tag), { textContent: text }));
}

/** Ask the reader's saved files something; undefined as long as there are none. */
async function saved(...questions) {
  const database = await new Promise(opened => {
    const request = indexedDB.open(STORE);
    request.onupgradeneeded = () => request.transaction.abort(); // JupyterLite shall make it
    request.onsuccess = () => opened(request.result);
    request.onerror = () => opened();
  });
  if (!database) return;
  try {
    if (!database.objectStoreNames.contains("files")) return;
    const transaction = database.transaction("files", "readwrite");
    const requests = questions.map(question => question(transaction.objectStore("files")));
    await new Promise((done, failed) => { transaction.oncomplete = done; transaction.onabort = () => failed(transaction.error); });
    return requests[0].result;
  } finally {
    database.close();
  }
}

/** A saved copy would hide the new edition of its chapter: give it another name, if the reader wants that. */
async function setAside(mine, edition) {
  const choice = await ask("This chapter has changed", [
    `You worked on it in this browser, last on ${new Date(mine.last_modified).toLocaleString([], { dateStyle: "long", timeStyle: "short" })}. `
      + "Since then the book has a new edition of it.",
    "Nothing is lost: if you open the new edition, your copy stays in this browser, and a link above the notebook leads to it.",
  ], { "Open the new edition": "", "Go on with my copy": "" });
  if (choice === "Go on with my copy") return;
  // Another tab may have saved since, or opened the new edition: what counts is what is there now.
  const kept = saved(files => Object.assign(files.get(NAME), { onsuccess: ({ target: { result: now } }) => {
    if (!now || now.content.metadata.edition === edition) return;
    const when = new Date(now.last_modified).toISOString().slice(0, 19).replace("T", " ").replaceAll(":", ".");
    const name = `${STEM} (my copy of ${when}).ipynb`;
    files.add({ ...now, name, path: name }, name); // fails if there is one of that name, and then nothing is deleted
    files.delete(NAME);
  } }));
  try {
    await kept;
  } catch (error) { // the browser has undone both
    await ask("Your copy could not be set aside", [
      `Nothing is lost: it is still where it was. The browser says: ${error?.message ?? "no reason"}.`,
      "Perhaps it has no room left for this site. Go on with your copy, press Download above it to keep it, and make room.",
    ], { "Go on with my copy": "" });
  }
}

/** Say in an element how much of Python has arrived, until it is ready; python.js counts. */
function tellProgress(line) {
  // in steps of 5, so that a screen reader is not told of every file
  const ofPython = bytes => `Python is loading: ${Math.min(Math.round(bytes / 5e6) * 5, PYTHON)} of about ${PYTHON} MB`;
  line.textContent = "The notebook is loading …";
  let arrived = 0;
  window.Worker = class extends Worker {
    constructor(...program) {
      super(...program);
      this.addEventListener("message", ({ data }) => { arrived = data?.arrived ?? arrived; });
    }
  };
  const watch = setInterval(() => {
    const status = window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status;
    if (status) line.textContent = ofPython(arrived);
    if (status !== "idle" && status !== "busy") return;
    line.textContent = "";
    clearInterval(watch);
  }, 200);
}

/** Put a line above the notebook: ways out, and the reader's copies of earlier editions. */
function topLine(isChapter, wantsFiles, copies) {
  const line = document.createElement("nav");
  line.className = "book";
  line.setAttribute("aria-label", "Book");
  const page = name => `index.html?path=${encodeURIComponent(name)}`;
  if (isChapter || COPY) add(line, "a", "← Back to the chapter").href = `${BOOK}chapters/${STEM}.html`;
  else add(line, "a", "← Back to the book").href = `${BOOK}index.html`;
  if (COPY) add(line, "a", "The new edition").href = page(`${STEM}.ipynb`);
  for (const name of copies) add(line, "a", name.slice(STEM.length + 2, -7).replace("my", "My")).href = page(name);
  add(line, "button", "Download").onclick = () => jupyterapp.commands.execute("docmanager:download");
  if (wantsFiles) {
    const files = Object.assign(document.createElement("input"), { type: "file", multiple: true, hidden: true });
    add(line, "button", "Bring my files").onclick = () => files.click();
    const answer = add(line, "output", "");
    const show = words => { answer.textContent = words; };
    files.onchange = async () => { if (files.files.length) show(await bring(files.files, show)); };
    line.append(files);
  }
  tellProgress(Object.assign(add(line, "span", ""), { role: "status" }));
  document.body.append(line);
}

/** Hand the reader's files to Python, in this page's memory: they are neither sent nor stored; return what came of it. */
async function bring(files, later) {
  const kernel = jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
  if (!["idle", "busy"].includes(kernel?.status)) return "Python has not started yet: wait a moment, then choose again.";
  for (const file of files) {
    const bytes = Array.from(new Uint8Array(await file.arrayBuffer()), byte => String.fromCharCode(byte)).join("");
    const folder = /^(before|after)\.csv$/.test(file.name) ? "my-study/raw" : "my-study";
    const code = `(lambda path, text: (path.parent.mkdir(parents=True, exist_ok=True), path.write_bytes(text)))(
      __import__("pathlib").Path.home() / ${JSON.stringify(`${folder}/${file.name}`)}, __import__("base64").b64decode("${btoa(bytes)}"))`;
    const { content } = await kernel.requestExecute({ code, silent: true }).done.catch(error => ({ content: { evalue: error.message } }));
    if (content.status !== "ok") return `${file.name} did not arrive: ${content.evalue}`;
  }
  kernel.statusChanged.connect((_, status) => {
    if (/restarting/.test(status)) later("Python was started anew, without your files: bring them again.");
  });
  return `In Path.home() / "my-study": ${[...files].map(file => file.name).join(", ")}`;
}

/** Charts follow the theme of the notebook. */
function dark() {
  const follow = () => { document.documentElement.dataset.theme = document.body.dataset.jpThemeLight === "false" ? "dark" : "light"; };
  new MutationObserver(follow).observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
}

// JupyterLite saves what is typed every few seconds; this saves it when the reader turns to something else.
document.addEventListener("visibilitychange", () => {
  // to save what is saved could undo what another tab does
  const unsaved = window.jupyterapp?.shell.currentWidget?.context?.model.dirty;
  if (document.hidden && unsaved) jupyterapp.commands.execute("docmanager:save");
});
