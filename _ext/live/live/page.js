// A live page: the cells of the chapter's notebook for the browser, each where the page shows it.
// Python is JupyterLite's kernel, which thebe-lite starts in a worker of this page; what a reader changes is kept by
// keep.js, one entry for each cell, so that two tabs never overwrite what the other has not touched.
import {add, show} from "./outputs.js";

const html = document.documentElement, root = new URL(html.dataset.content_root, location), here = new URL("./", import.meta.url);
const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel";
const KEYS = "Tab leaves the editor, Shift + Tab goes back; Control + ] and [ indent; Shift + Enter runs the cell.";

let notebook, settings, services, session, cells, bar, started;
let queue = [], working = false, round = 0;  // a round ends when Python is started anew

/** Make the page live; what fails, is thrown. */
export async function start(box) {
  settings ??= await read(new URL("settings.json", here));
  notebook ??= await read(new URL(`lite/files/${box.dataset.notebook}.ipynb`, root));
  await Promise.all([style("codemirror/lib/codemirror.css"), style("page.css"), script("codemirror/lib/codemirror.js"), script("thebe-lite/thebe-lite.min.js")]);
  await script("codemirror/mode/python/python.js");
  if (!window.vegaEmbed) await script("vega-loader.js");
  window.VEGA_DEBUG = settings.vega;
  cells = notebook.cells.filter(cell => cell.cell_type === "code").map(place);
  makeBar(box);
  cells.forEach(edit);
  document.addEventListener("toggle", () => cells.forEach(edit), true);  // what was folded
  kept.onChange("code/", fromOutside);
  addEventListener("pagehide", () => cells.forEach(keep));
  announceEdition();
  window.live = {cells: () => cells.map(({id, ran, outputs, code}) => ({id, type: "code", source: code, ran: ran ?? null, outputs}))};
  await boot();
}

/** Start Python and let it set up; whatever was to run in the meantime runs then. */
async function boot() {
  html.dataset.live = "starting";
  say("Starting Python; this takes some seconds …");
  const slow = setTimeout(say, 45_000, "Python is still starting. On a slow network its first time takes minutes; Restart begins anew.");
  try {
    await startPython();
    await execute(cells[0]);
    if (cells[0].failed) throw new Error(cells[0].outputs.at(-1).evalue);
    started = true;
  } catch (error) {
    html.dataset.live = "failed";
    say(`Python has not started: ${error.message ?? error}. What you typed is kept. Restart tries again.`);
    return;
  } finally {
    clearTimeout(slow);
  }
  working = false;
  await work();
}

async function read(url) {
  const reply = await fetch(url, {cache: "no-cache"});
  if (!reply.ok) throw new Error(`${url.pathname.split("/").pop()} is missing (${reply.status})`);
  return reply.json();
}
const loaded = new Map();
function load(tag, name, properties) {
  if (!loaded.has(name)) loaded.set(name, new Promise((done, failed) => {
    const one = element(tag, properties);
    one.onload = done;
    one.onerror = () => { loaded.delete(name); one.remove(); failed(new Error(`${name} is missing`)); };
    document.head.append(one);
  }));
  return loaded.get(name);
}
const script = name => load("script", name, {src: new URL(name, here).href});
const style = name => load("link", name, {rel: "stylesheet", href: new URL(name, here).href});

async function startPython() {
  if (!services) {
    const worker = navigator.serviceWorker, lite = name => new URL(`thebe-lite/${name}`, here).href;
    // thebe-lite would register a service worker, which the addresses of a classroom do not allow and nothing here needs.
    if (worker) Object.defineProperty(worker, "register", {configurable: true, value: () => Promise.reject(new Error("not needed"))});
    try {
      services = await window.thebeLite.startJupyterLiteServer({litePluginSettings: {[KERNEL]: {
        pyodideUrl: new URL(settings.pyodide, root).href,
        loadPyodideOptions: {packages: settings.packages},
        pipliteUrls: [lite("pypi/all.json")],
        pipliteWheelUrl: lite("pypi/piplite-0.4.7-py3-none-any.whl"),
        disablePyPIFallback: true,
      }}});
    } finally {
      if (worker) delete worker.register;
    }
    await services.sessions.ready;
  }
  const name = `live-${round}.ipynb`;
  session = await services.sessions.startNew({name, path: name, type: "notebook", kernel: {name: "python"}});
  await session.kernel.requestExecute({code: "pass", silent: true}).done;
}

// --- cells --------------------------------------------------------------------------------------

/** Find where the page shows a cell of the notebook. */
function place({id, source, metadata}, number) {
  const book = [source].flat().join(""), tags = metadata.tags ?? [];
  const cell = {id, book, code: book, tags, number, outputs: [], solution: tags.includes("solution"), answer: tags.includes("answer")};
  let there = document.querySelector(`[data-cell="${id}"]`);
  if (there?.matches(".reply")) {
    const box = element("div", {className: "cell live-answer docutils container"}, element("div", {className: "cell_input docutils container"}));
    there.after(box);
    there = box;
  }
  if (there) {
    cell.input = there.querySelector(".cell_input");
    cell.output = there.querySelector(".cell_output") ?? there.appendChild(element("div", {className: "cell_output docutils container", hidden: true}));
    cell.stored = [...cell.output.childNodes];
    cell.box = there;
  }
  const mine = JSON.parse(kept.get(`code/${id}`) ?? "null");
  if (mine) [cell.code, cell.was] = [mine.code, mine.book];
  return cell;
}

/** Turn the code of a cell that can be seen into an editor, once. */
function edit(cell) {
  if (!cell.input || cell.editor || !cell.input.checkVisibility()) return;
  cell.box.classList.add("live-cell");
  const name = cell.answer ? "your answer" : `cell ${cell.number}`;
  const holder = element("div", {className: "live-editor"});
  cell.input.replaceChildren(holder);
  cell.editor = CodeMirror(holder, {
    value: cell.code, mode: "python", indentUnit: 4, viewportMargin: Infinity, lineWrapping: true, screenReaderLabel: `Code of ${name}`,
    extraKeys: {
      Tab: false, "Shift-Tab": false, "Shift-Enter": () => runCell(cell), "Ctrl-Enter": () => runCell(cell), "Cmd-Enter": () => runCell(cell),
      Esc: () => say(KEYS),
    },
  });
  let later;
  cell.editor.on("change", () => {
    cell.code = cell.editor.getValue();
    clearTimeout(later);
    later = setTimeout(keep, 300, cell);
    cell.unsaved = true;
    mark(cell);
  });
  cell.reset = element("button", {type: "button", textContent: "Reset", onclick: () => reset(cell)});
  cell.reset.setAttribute("aria-label", `Reset ${name}`);
  const runs = element("button", {type: "button", textContent: "Run", onclick: () => runCell(cell)});
  runs.setAttribute("aria-label", `Run ${name}`);
  cell.note = element("output");
  cell.input.append(element("div", {className: "live-tools"}, runs, cell.reset, cell.note));
  mark(cell);
}

function mark(cell) {
  if (!cell.editor) return;
  cell.reset.hidden = cell.code === cell.book;
  cell.box.classList.toggle("live-changed", cell.code !== cell.book);
  const words = cell.code !== cell.book && cell.was !== undefined && cell.was !== cell.book
    ? "The book has changed this cell since you did; this is yours. Reset shows the book’s." : "";
  if (cell.note.textContent !== words) cell.note.textContent = words;
}

function keep(cell) {
  if (!cell.unsaved) return;
  cell.unsaved = false;
  if (cell.code === cell.book) { cell.was = undefined; kept.set(`code/${cell.id}`, ""); return; }
  cell.was ??= cell.book;
  kept.set("edition", notebook.metadata.edition);
  if (!kept.set(`code/${cell.id}`, JSON.stringify({code: cell.code, book: cell.was}))) say("This browser cannot keep what you type: download it.");
}

function set(cell, code) {
  cell.code = code;
  if (cell.editor && cell.editor.getValue() !== code) cell.editor.setValue(code);
}

/** Give a cell the book's code and its stored output again. */
function reset(cell) {
  cell.was = undefined;
  set(cell, cell.book);
  cell.unsaved = true;
  keep(cell);
  if (cell.output) {
    cell.output.replaceChildren(...cell.stored);
    cell.output.hidden = !cell.stored.length;
  }
  mark(cell);
}

/** Another tab, or a file, has changed the code of a cell. */
function fromOutside(name, text) {
  for (const cell of cells) {
    if (name !== null && name !== `code/${cell.id}`) continue;
    const mine = JSON.parse(text ?? "null");
    cell.was = mine?.book;
    if (cell.code === (mine?.code ?? cell.book)) continue;
    set(cell, mine?.code ?? cell.book);
    cell.unsaved = false;
    mark(cell);
  }
}

// --- running ------------------------------------------------------------------------------------

/** Run a cell, after those above that have not run yet and whose names it may need. */
function runCell(cell) {
  const before = cells.slice(0, cells.indexOf(cell)).filter(one => one.ran === undefined && !one.answer && (!one.solution || cell.solution));
  run([...before, cell]);
}

function run(wanted) {
  queue.push(...wanted.filter(cell => !queue.includes(cell)));
  return work();
}

async function work() {
  if (working || !started) return;
  working = true;
  const mine = round;
  for (let done = 1; queue.length && mine === round; done += 1) {
    html.dataset.live = "running";
    say(`Running ${done} of ${done + queue.length - 1} …`);
    await execute(queue.shift());
  }
  if (mine !== round) return;
  working = false;
  const ran = cells.filter(cell => cell.ran !== undefined).length, failed = cells.filter(cell => cell.failed).length;
  html.dataset.live = ran === cells.length ? "done" : "ready";
  say((ran === cells.length ? "All cells have run" : ran > 1 ? "Done" : "Ready") + (failed ? `; ${failed} ended in an error.` : "."));
}

async function execute(cell) {
  const mine = round, outputs = [];
  let drawing;
  const draw = () => {
    drawing = undefined;
    if (!cell.output) return;
    cell.output.hidden = !outputs.length;
    show(outputs, cell.output, cell.answer ? "your answer" : `cell ${cell.number}`);
  };
  cell.box?.setAttribute("aria-busy", "true");
  const future = session.kernel.requestExecute({code: cell.code, store_history: true, stop_on_error: false});
  future.onIOPub = ({header: {msg_type}, content}) => {
    if (mine === round && add(outputs, msg_type, content)) drawing ??= setTimeout(draw, 50);
  };
  cell.outputs = outputs;
  try {
    const {content} = await Promise.race([future.done, new Promise((_, failed) => { execute.stop = failed; })]);
    cell.ran = content.execution_count ?? 0;
  } catch {
    outputs.push({output_type: "stream", name: "stderr", text: "Stopped: Python was started anew."});
  }
  cell.failed = outputs.some(output => output.output_type === "error");
  clearTimeout(drawing);
  draw();
  cell.box?.removeAttribute("aria-busy");
}

/** End what runs, however stuck it is, and start Python anew. */
async function restart() {
  round += 1;
  queue = [];
  started = false;
  execute.stop?.();
  for (const cell of cells) [cell.ran, cell.failed] = [undefined, false];
  const old = session;
  session = undefined;
  await old?.shutdown().catch(() => {});
  await boot();
}

// --- the bar ------------------------------------------------------------------------------------

function say(words) {
  if (bar) bar.querySelector("output").textContent = words;
}

function makeBar(box) {
  if (bar) return;
  const button = (text, onclick) => element("button", {type: "button", textContent: text, onclick});
  bar = element("div", {className: "live-bar"},
    button("Run all", () => run(cells.filter(cell => cell !== cells[0]))),
    button("Restart", restart),
    button("Reset", resetAll),
    button("Download", download),
    element("output"));
  bar.setAttribute("aria-label", "Live page");
  bar.setAttribute("role", "region");
  box.replaceWith(bar);
  const fit = () => {  // what is jumped to, or reached by Tab, is not below the bar
    const above = document.querySelector(".bd-header-article")?.offsetHeight ?? 0;
    bar.style.top = `${above}px`;
    html.style.scrollPaddingTop = `${above + bar.offsetHeight + 8}px`;
  };
  new ResizeObserver(fit).observe(bar);
  bar.querySelector("button").focus({preventScroll: true});
}

function resetAll() {
  const changed = cells.filter(cell => cell.code !== cell.book).length, others = orphans().length;
  if ((changed || others) && !confirm(`Throw away what you changed on this page (${changed + others} ${changed + others === 1 ? "cell" : "cells"}), and show the book’s code and outputs?`)) return;
  cells.forEach(reset);
  kept.names("code/").forEach(name => kept.set(name, ""));
  kept.set("edition", "");
  say("The page is as the book has it.");
}

/** What the reader changed in cells that the book no longer has. */
function orphans() {
  return kept.names("code/").filter(name => !cells.some(cell => `code/${cell.id}` === name));
}

function announceEdition() {
  const edition = kept.get("edition");
  if (!edition || edition === notebook.metadata.edition) return;
  const lost = orphans().length;
  bar.after(element("p", {className: "live-edition", role: "status", textContent: "The book has a new edition of this chapter since you changed its code. "
    + "What you changed is kept, and marked where the book has changed it too."
    + (lost ? ` ${lost === 1 ? "A cell that you changed is" : `${lost} cells that you changed are`} no longer in the book: Download has them at its end.` : "")}));
}

/** The page as a notebook: its text, the code as it stands here, and what it put out. */
function download() {
  const mine = new Map(cells.map(cell => [cell.id, cell]));
  const made = {...notebook, cells: notebook.cells.map(cell => {
    const own = mine.get(cell.id);
    const words = cell.metadata.tags?.includes("answer") && document.querySelector(`.reply[data-cell="${cell.id}"] textarea`)?.value;
    if (words) return {...cell, source: `*Your answer:*\n\n${words}`};
    return own ? {...cell, source: own.code, outputs: own.outputs, execution_count: own.ran ?? null} : cell;
  })};
  for (const name of orphans()) made.cells.push({cell_type: "code", id: name.slice(5), metadata: {}, outputs: [], execution_count: null,
    source: `# From an earlier edition\n${JSON.parse(kept.get(name)).code}`});
  const url = URL.createObjectURL(new Blob([JSON.stringify(made, null, 1)], {type: "application/x-ipynb+json"}));
  element("a", {href: url, download: location.pathname.split("/").pop().replace(".html", ".ipynb")}).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
