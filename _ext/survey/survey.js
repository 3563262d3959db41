// The page "Your survey". It keeps the files and the answers in memory, nowhere else, asks Python in worker.js what they
// need, and shows that: questions, then results. Nothing is fetched before files are chosen, nothing after Python is there.
// The end of this file is written when the book is built: what there is of Python, and where the book is online.
(known => {
  const root = document.getElementById("survey-tool"), at = document.currentScript.src.replace(/[^/]*$/, "");
  const book = new URL("..", at).href;
  const part = Object.fromEntries([...root.querySelectorAll("[data-part]")].map(one => [one.dataset.part, one]));
  const doing = document.getElementById("survey-doing"), bar = part.progress.querySelector("progress");
  const voice = root.querySelector(".survey-voice[role]"), picker = root.querySelector("input[type=file]");
  const button = name => root.querySelector(`[data-do=${name}]`);
  const megabytes = Math.max(1, Math.round(known.bytes / 1e6));
  let files = {}, answers = {}, changing = new Set(), shown = new Set(), saved = true, asked = 0, python;

  // Make an element; what is false or null among its children is left out, and text is never read as HTML.
  const make = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.flat().filter(child => child !== false && child != null));
    return made;
  };
  const show = (one, visible = true) => { one.hidden = !visible; };
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

  // What is going on: in words and with a bar. A screen reader hears the words, not each percent.
  const say = words => { if (voice.textContent !== words) voice.textContent = words; };
  const busy = (words, done = null, spoken = words) => {
    show(part.progress);
    doing.textContent = words;
    if (done === null) bar.removeAttribute("value");
    else bar.value = done;
    say(spoken);
  };
  const trouble = (words, ...buttons) => {
    show(part.progress, false);
    part.trouble.replaceChildren(make("p", {}, words), make("p", {class: "survey-buttons"}, buttons));
    show(part.trouble);
    part.trouble.focus();
  };

  // --- Python ---

  const script = source => new Promise((loaded, failed) => {
    document.head.append(make("script", {src: source, onload: loaded, onerror: failed}));
  });
  const start = () => {
    const worker = new Worker(`${at}worker.js?${known.edition}`), waiting = {};
    let last = 0;
    worker.onmessage = ({data}) => {
      if (data.doing === "fetching") {
        const tenth = Math.floor(data.done * 4) * 25;
        const words = `Fetching Python: ${Math.round(data.done * megabytes)} of ${megabytes} MB`;
        busy(words, data.done, `Fetching Python, ${tenth} percent of ${megabytes} MB`);
      } else if (data.doing) {
        busy("Starting Python; this takes some seconds");
      } else {
        waiting[data.id](data);
        delete waiting[data.id];
      }
    };
    worker.onerror = event => {
      event.preventDefault();
      Object.values(waiting).forEach(done => done({broken: "call"}));
    };
    const send = message => new Promise(done => {
      waiting[++last] = done;
      worker.postMessage({...message, id: last});
    });
    busy(`Fetching Python: 0 of ${megabytes} MB`, 0);
    const setting = {python: `${book}lite/static/pyodide/`, modules: `${at}prepost.zip?${known.edition}`};
    const started = send({start: {...setting, packages: known.packages, bytes: known.bytes}});
    const ready = Promise.all([started, script(`${book}_static/vega.js`).catch(() => ({broken: "start"}))]);
    return {send, ready: ready.then(all => all.some(one => one.broken) ? {broken: "start"} : null), end: () => worker.terminate()};
  };
  // Call a function of prepost.page. A worker that is broken is ended; the next call starts another one.
  const call = async (name, pictures) => {
    python ??= start();
    const mine = python;
    const broken = await mine.ready;
    if (!broken && name === "step") busy("Reading your files and answers");
    const reply = broken ?? await mine.send({name, files, answers, pictures});
    if (reply.broken && python === mine) {
      python.end();
      python = null;
    }
    return reply;
  };

  // Ask what the files and answers need now, and show it.
  const step = async () => {
    const mine = ++asked;
    for (const name of ["trouble", "questions", "settled", "results", "notes"]) show(part[name], false);
    listFiles();
    if (!Object.keys(files).length) {
      show(part.progress, false);
      return;
    }
    const reply = await call("step");
    if (mine !== asked) return;  // other files or answers have come meanwhile
    show(part.progress, false);
    const again = make("button", {type: "button", onclick: step}, "Try again");
    if (reply.broken === "start") {
      return trouble("Python could not be fetched whole. Your files are still here. Look whether the connection or the server is there, then try again.", again);
    }
    if (reply.broken || reply.failed) {
      const back = make("button", {type: "button", onclick: takeBack}, "Take my last answers back");
      return trouble(
        "The program failed on this; that is a fault of the program, not yours. Your files and answers are still here. " +
        "Try again; if it fails once more, take your last answers back, or open the files, look whether something unusual is in them, and give them again. " +
        (reply.failed ? `If you report it, say: ${reply.failed}. None of your data is in these words.` : "The browser may be short of memory: close other tabs."),
        again, Object.keys(answers).length > 0 && back);
    }
    render(JSON.parse(reply.result));
  };
  let previous = {};
  const takeBack = () => { answers = {...previous}; step(); };

  // --- files ---

  const listFiles = () => {
    const names = Object.keys(files);
    part.files.replaceChildren(...names.map(name => make("li", {},
      `${name} (${Math.max(1, Math.round(files[name].length / 1000))} kB) `,
      make("button", {type: "button", "aria-label": `Remove ${name}`, onclick: () => { delete files[name]; step(); button("choose").focus(); }}, "Remove"))));
    button("choose").textContent = names.length ? "Add a file" : "Choose files";
    button("choose").classList.toggle("survey-main", !names.length);
    show(button("example"), !names.length);
    show(part.links, !names.length);
    show(part.size, !names.length);
    show(button("again"), names.length > 0);
  };
  const take = async given => {
    for (const file of given) {
      let content;
      try {
        content = new Uint8Array(await file.arrayBuffer());
      } catch {
        return trouble(`${file.name} cannot be read. If it is a folder, give the files in it.`);
      }
      let name = file.name, number = 1;
      const same = other => other.length === content.length && other.every((byte, place) => byte === content[place]);
      while (files[name] && !same(files[name])) name = file.name.replace(/(\.\w+)?$/, ` (${++number})$1`);
      files[name] = content;
    }
    await describeOwn();
    await step();
  };
  // Files of the book's own survey, which have its columns, are given the description that the book has of it.
  const describeOwn = async () => {
    const described = "the book's own survey.xlsx";
    const own = content => new TextDecoder().decode(content.subarray(0, 1000)).replace(/[\ufeff"]/g, "").split(/\r?\n/)[0]
      .replaceAll(";", ",") === known.own?.join(",");
    if (files[described] || !Object.values(files).some(own)) return;
    const reply = await fetch(`${at}ourselves.xlsx?${known.edition}`).catch(() => null);
    if (reply?.ok) files[described] = new Uint8Array(await reply.arrayBuffer());
  };
  picker.addEventListener("change", async () => {
    const given = [...picker.files];
    picker.value = "";  // so that the same file can be chosen again when it was mended
    await take(given);
  });
  button("choose").addEventListener("click", () => picker.click());
  button("example").addEventListener("click", async () => {
    try {
      const reply = await fetch(`${at}example.xlsx`);
      if (!reply.ok) throw new Error(reply.status);
      await take([new File([await reply.arrayBuffer()], "example.xlsx")]);
    } catch {
      trouble("The example could not be fetched. Look whether the connection or the server is there, then try again.");
    }
  });
  button("again").addEventListener("click", () => {
    files = {}, answers = {}, previous = {}, saved = true;
    changing.clear();
    shown.clear();
    step();
    say("All files and answers are removed.");
    button("choose").focus();
  });
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(name, event => {
      if (!event.dataTransfer?.types.includes("Files") || part.drop.hidden) return;
      event.preventDefault();  // else the browser leaves the page and shows the file
      part.drop.classList.toggle("survey-over", name === "dragenter" || name === "dragover");
      if (name === "drop") take([...event.dataTransfer.files]);
    });
  }
  addEventListener("beforeunload", event => { if (!saved) event.preventDefault(); });

  // --- questions ---

  const words = (value, said) => !said ? value : /^\d+$|→/.test(value) || said.includes(value) ? said : `${value} (${said})`;
  const several = text => !text || text === "none" ? [] : text.split(";").map(one => one.trim());

  const fieldset = (question, number) => {
    const id = `survey-q${number}`, given = question.settled || question.proposal;
    const proposed = !question.settled && question.proposal;
    const notes = [question.seen.length && `${id}-seen`, question.advice && `${id}-advice`].filter(Boolean).join(" ");
    const box = make("fieldset", {id, tabindex: -1, "data-key": question.key, "data-form": question.form, "aria-describedby": notes || null},
      make("legend", {}, question.title, question.offer && make("span", {class: "survey-tag"}, " (you may leave this)")),
      question.seen.length > 0 && make("ul", {id: `${id}-seen`, class: "survey-seen"}, question.seen.map(line => make("li", {}, line))),
      question.advice && make("p", {id: `${id}-advice`, class: "survey-advice"}, question.advice));
    const option = (type, value, text, checked, mark) => box.append(make("label", {class: "survey-choice"},
      make("input", {type, name: id, value, checked}), make("span", {}, text, mark && make("span", {class: "survey-tag"}, " (proposed)"))));
    if (question.form === "one") {
      for (const [value, said] of question.choices) option("radio", value, words(value, said), value === given, value === proposed);
    } else if (question.form === "several") {
      const chosen = given ? several(given) : [];
      if (question.choices.length > 8) {
        const all = on => () => box.querySelectorAll("input").forEach(input => { input.checked = on === !input.hasAttribute("data-none"); });
        box.append(make("p", {class: "survey-buttons"}, make("button", {type: "button", onclick: all(true)}, "Tick all"),
          make("button", {type: "button", onclick: all(false)}, "Tick none")));
      }
      for (const [value, said] of question.choices)
        option("checkbox", value, words(value, said), chosen.includes(value), proposed && several(proposed).includes(value));
      option("checkbox", "none", "None of these", given === "none", proposed === "none");
      const none = box.querySelector("input[value=none]");
      none.setAttribute("data-none", "");
      box.addEventListener("change", ({target}) => {
        if (target === none && none.checked) box.querySelectorAll("input:not([data-none])").forEach(input => { input.checked = false; });
        else if (target !== none && target.checked) none.checked = false;
      });
    } else if (question.form === "text") {
      const field = make("textarea", {rows: 1, autocomplete: "off", spellcheck: "false"});
      field.value = given || "";
      field.rows = Math.ceil((field.value.length + 1) / 36);  // as many characters are in a line on a telephone
      box.append(make("label", {class: "survey-text"}, proposed ? "Your answer (this is proposed)" : "Your answer", field));
    }
    box.append(make("p", {id: `${id}-error`, class: "survey-error"}));
    return box;
  };
  // Read the answer to a question; nothing if there is none.
  const answerOf = box => {
    if (box.dataset.form === "text") return box.querySelector("textarea").value.replace(/\s+/g, " ").trim();
    return [...box.querySelectorAll("input:checked")].map(input => input.value).join("; ");
  };
  const complain = (box, words) => {
    const error = box.querySelector(".survey-error");
    error.textContent = words;
    for (const input of box.querySelectorAll("input, textarea")) {
      words ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
      words ? input.setAttribute("aria-describedby", error.id) : input.removeAttribute("aria-describedby");
    }
  };
  const lacking = {one: "Choose one.", several: "Tick what applies, or “None of these”.", text: "Write an answer."};

  part.questions.addEventListener("submit", event => {
    event.preventDefault();
    const boxes = [...part.questions.querySelectorAll("fieldset:not([data-form=mend])")];
    const missing = boxes.filter(box => {
      const lacks = !answerOf(box) && !box.hasAttribute("data-offer");
      complain(box, lacks ? lacking[box.dataset.form] : "");
      return lacks;
    });
    if (missing.length) {
      say(`${count(missing.length, "question")} without an answer.`);
      missing[0].querySelector("input, textarea").focus();
      return;
    }
    previous = {...answers};
    for (const box of boxes) if (answerOf(box)) answers[box.dataset.key] = answerOf(box);
    saved = false;
    changing.clear();
    step();
  });

  const render = ({questions, notes, results}) => {
    const open = questions.filter(one => one.open || changing.has(one.key));
    const offers = questions.filter(one => one.offer && !one.open && !one.settled && !open.includes(one));
    const settled = questions.filter(one => one.settled && !open.includes(one));
    const asking = [...open, ...offers], mend = open.filter(one => one.form === "mend"), ask = open.filter(one => one.form !== "mend");
    const boxes = asking.map((question, place) => {
      const box = fieldset(question, place + 1);
      if (offers.includes(question)) box.setAttribute("data-offer", "");
      return box;
    });
    const title = [mend.length && `${count(mend.length, "thing")} to settle in the files`, ask.length && count(ask.length, "question")].filter(Boolean).join(", ");
    const heading = title && make("h3", {}, title);
    const further = boxes.slice(open.length);
    const optional = further.length > 0 && (ask.length ? further : make("details", {class: "survey-offers", open: true},
      make("summary", {}, `${count(further.length, "thing")} that you may also say; the results stand without`), further));
    const advice = mend.length > 0 && make("p", {}, "This cannot be answered here. Add the file that is missing; or mend the file, remove the old one above, and add the mended one." +
      (settled.length ? " If an answer of yours led here, change it below." : ""));
    const proposed = ask.some(one => one.proposal && !one.settled) && make("p", {}, "What is marked “proposed” was read from your files. Look at it: it counts only when you go on.");
    const submit = (ask.length > 0 || further.length > 0)
      && make("button", {type: "submit", class: ask.length ? "survey-main" : null}, ask.length ? "These are my answers: go on" : "Use these answers");
    part.questions.replaceChildren(...[heading, advice, proposed, ...boxes.slice(0, open.length), optional, submit].flat().filter(Boolean));
    show(part.questions, boxes.length > 0);
    if (results) part.questions.before(part.results);
    showSettled(settled);
    part.settled.open = mend.length > 0;
    showNotes(notes);
    show(part.results, false);
    if (results && !open.length) return showResults(results);
    const fresh = boxes.slice(0, open.length).find(box => !shown.has(box.dataset.key)) ?? boxes[0];
    open.forEach(one => shown.add(one.key));
    say(`${title}.`);
    fresh?.focus();
  };
  const showSettled = settled => {
    const saidOf = one => one.form === "several" ? several(one.settled) : [one.settled];
    const wordsOf = (one, value) => words(value, (one.choices.find(choice => choice[0] === value) ?? [])[1]);
    part.settled.replaceChildren(make("summary", {}, `Your answers so far: ${settled.length}`), make("ul", {}, settled.map(one => make("li", {},
      `${one.title} `, make("b", {}, saidOf(one).map(value => wordsOf(one, value)).join("; ") || "none"), " ",
      make("button", {type: "button", "aria-label": `Change the answer to: ${one.title}`,
        onclick: () => { changing.add(one.key); shown.delete(one.key); step(); }}, "Change")))));
    show(part.settled, settled.length > 0);
  };
  const showNotes = notes => {
    part.notes.replaceChildren(make("summary", {}, "What was read, and how"), make("ul", {}, notes.map(note => make("li", {}, note))));
    show(part.notes, notes.length > 0);
  };

  // --- results ---

  // Copy by the way that also works at an address of a classroom, where browsers know no other.
  const copy = (plain, rich) => {
    const put = event => {
      event.clipboardData.setData("text/plain", plain);
      if (rich) event.clipboardData.setData("text/html", rich);
      event.preventDefault();
    };
    const chosen = make("span", {class: "survey-voice"}, plain), selection = getSelection();
    root.append(chosen);
    selection.selectAllChildren(chosen);  // without a selection, some browsers copy nothing
    document.addEventListener("copy", put, {once: true});
    const done = document.execCommand("copy");
    document.removeEventListener("copy", put);
    selection.removeAllRanges();
    chosen.remove();
    return done;
  };
  const copyButton = (what, plain, rich) => make("button", {type: "button", "aria-label": `Copy ${what}`, onclick: ({target}) => {
    const done = copy(plain(), rich?.());
    say(done ? `Copied: ${what}.` : "This browser does not let a page copy. Select the text and copy it.");
    target.textContent = done ? "Copied" : "Select it instead";
    setTimeout(() => { target.textContent = "Copy"; }, 2000);
  }}, "Copy");
  const paragraph = (text, what) => make("div", {class: "survey-paragraph"}, make("p", {}, text), copyButton(what, () => text));
  const html = text => document.createRange().createContextualFragment(text);
  const table = (text, name) => {
    const box = make("div", {class: "chart-table"}, html(text)), inside = box.querySelector("table");
    inside.classList.add("table");
    inside.removeAttribute("border");
    if (!inside.caption) inside.setAttribute("aria-label", name);
    for (const cell of box.querySelectorAll("th"))
      cell.textContent.trim() ? cell.setAttribute("scope", cell.closest("thead") ? "col" : "row") : cell.replaceWith(make("td"));
    const lines = () => [...inside.rows].map(row => [...row.cells].map(cell => cell.textContent.trim()).join("\t")).join("\n");
    return [box, make("p", {class: "survey-buttons"}, copyButton(name, lines, () => inside.outerHTML))];
  };
  const titleOf = spec => typeof spec.title === "object" ? spec.title : {text: spec.title, subtitle: ""};
  const figure = async (spec, words) => {
    const {title, ...drawn} = spec, box = make("div");
    const made = make("figure", {class: "chart"},
      title && make("figcaption", {}, make("b", {}, titleOf(spec).text), " ", titleOf(spec).subtitle), box,
      make("details", {}, make("summary", {}, words), make("p", {}, spec.description)));
    part.results.append(made);
    await vegaEmbed(box, drawn, {actions: false, renderer: "svg"});
    made.dispatchEvent(new Event("toggle"));  // page.js sees to what scrolls whenever something opens
  };
  // Draw a chart once more, on white and in one size, for a document.
  const picture = async spec => {
    const box = make("div", {class: "survey-aside", "aria-hidden": "true"});
    root.append(box);
    const {view} = await vegaEmbed(box, {...spec, background: "white"}, {actions: false, renderer: "svg"});
    const svg = await view.toSVG(), canvas = await view.toCanvas(3);
    const png = await new Promise(done => canvas.toBlob(done, "image/png"));
    view.finalize();
    box.remove();
    return {svg, png: new Uint8Array(await png.arrayBuffer())};
  };
  const FILES = {  // how a reader knows what is made
    "report.docx": "Word document, with everything on this page", "figure.png": "Figure, as PNG", "figure.svg": "Figure, as SVG",
    "flow.png": "Flow diagram, as PNG", "flow.svg": "Flow diagram, as SVG", "flow.csv": "Numbers of the flow diagram, as CSV", "results.csv": "Results, as CSV", "scores.csv": "Scores of each person, as CSV",
    "study.xlsx": "Workbook with your data, description and answers: give it to this page again to go on", "repeat.ipynb": "Notebook that repeats the analysis",
  };
  const TYPES = {docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", csv: "text/csv", png: "image/png",
    xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", svg: "image/svg+xml", ipynb: "application/x-ipynb+json"};

  const showResults = async results => {
    const mine = asked, here = part.results, heading = make("h3", {id: "survey-results", tabindex: -1}, "Your results");
    const making = make("p", {class: "survey-making"}, "The Word document and the other files are being written …");
    const downloads = make("ul", {class: "survey-downloads", "aria-label": "Downloads"});
    here.replaceChildren(heading, ...results.warnings.map(words => make("p", {class: "survey-note"}, words)), making, downloads);
    show(here);
    heading.focus();
    say("Your results are there.");
    const drawn = {};
    if (results.figure) {  // else no measure has pairs enough, as a warning says
      here.append(make("h4", {}, "Table"), ...table(results.table, "Results"),
        make("p", {}, make("a", {href: "#what-the-results-say"}, "What the rows of the table, the figure and the text say")), make("h4", {}, "Figure"));
      await figure(results.figure, "This figure in words");
      drawn.figure = await picture(results.figure);
    }
    here.append(make("h4", {}, "Text for your report"), ...results.paragraphs.map((text, place) => paragraph(text, `paragraph ${place + 1}`)),
      paragraph(results.software, "the software"), make("h4", {}, "Who is in the results"));
    await figure(results.flow_figure, "This diagram in words");
    drawn.flow = await picture(results.flow_figure);
    here.append(...table(results.flow, "People at each step"));
    const pictures = Object.fromEntries(Object.entries(drawn).map(([name, one]) => [`${name}.png`, one.png]));
    const reply = await call("downloads", pictures);
    if (mine !== asked) return;
    making.remove();
    if (!reply.files) {
      downloads.before(make("p", {class: "survey-note"}, "The files for download could not be written; that is a fault of the program, not yours. " +
        `The table and the text can be copied. ${reply.failed ? `If you report it, say: ${reply.failed}.` : ""}`));
    }
    const vectors = Object.fromEntries(Object.entries(drawn).map(([name, one]) => [`${name}.svg`, one.svg]));
    const made = {...pictures, ...vectors, ...reply.files};
    const names = [...Object.keys(FILES).filter(name => made[name]), ...Object.keys(made).filter(name => !(name in FILES))];
    downloads.append(...names.map(name => make("li", {}, make("a", {
      href: URL.createObjectURL(new Blob([made[name]], {type: TYPES[name.split(".").at(-1)] ?? "application/octet-stream"})), download: name,
      onclick: () => { saved = true; },
    }, FILES[name] ?? name), ` (${name})`)));
    say("The Word document and the other files can be downloaded.");
  };

  // --- what is there when the page opens ---

  const cannot = (...children) => { part.cannot.replaceChildren(...children); show(part.cannot); };
  if (location.protocol === "file:") {
    cannot(make("p", {}, "You have opened this page from a folder, and browsers let no program such as Python start from there. Do one of these instead:"),
      make("ul", {},
        make("li", {}, "In the folder of the kit, which holds the file serve.py, start the small server: ",
          make("code", {}, "python serve.py"), " (Windows: ", make("code", {}, "py serve.py"), "), open ",
          make("code", {}, "http://localhost:8000"), " in this browser, and come back to this page. Your files stay on this computer there, too."),
        known.online && make("li", {}, "Open ", make("a", {href: `${known.online}/chapters/your-survey.html`}, "this page online"), ". Your files are not sent there.")));
  } else if (!known.packages.length) {
    cannot(make("p", {}, "This copy of the book was built without Python for the browser, so that this page cannot read your files. ",
      known.online && make("a", {href: `${known.online}/chapters/your-survey.html`}, "The page online"), known.online && " can. ",
      "Whoever built the book can put Python in: ", make("code", {}, "make kit PYODIDE=…"), "; the README says how. Chapter 13 does the same in a notebook."));
  } else if (!window.WebAssembly || !window.Worker) {
    cannot(make("p", {}, "This browser is too old for Python. Use a current Firefox, Chrome, Edge or Safari."));
  } else {
    part.size.textContent = `As soon as there are files, this page fetches Python, ${megabytes} MB, from the same place as the book. It takes some seconds to a minute, ` +
      "and on a telephone it is better done over Wi-Fi. Your files go nowhere: they are read in the memory of this page.";
    show(part.drop);
  }
})
