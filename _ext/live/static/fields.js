// Fields for answers. fields.py wrote into each what `check` compares with, in its order; here the answer is read and
// compared, and nothing else is known of what is right.
{
  const MINUS = /[\u2212\u2013\u2010\u2011\uFE63\uFF0D]/g;  // of all the signs that look like it
  const SPACE = /[\s\u00a0\u202f\u2009]/g;

  /** All numbers that a word may mean: in 2,060 the comma may be a decimal comma, or mark the thousands. */
  function numbers(word) {
    const text = word.replace(MINUS, "-").replace(SPACE, " ").trim().replace(/^([-+]) /, "$1").replace(/ ?%$/, "")
      .replace(/^([-+]?\d{1,3})(( \d{3})+)$/, whole => whole.replaceAll(" ", ""));
    const readings = [text.replace(",", ".")];
    if (/^[-+]?[1-9]\d{0,2}([.,'’]\d{3})+$/.test(text)) readings.push(text.replace(/[.,'’]/g, ""));
    return readings.filter(one => /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(one)).map(Number);
  }
  const bare = word => word.trim().replace(/^(["'“”„‘’])(.*)["'“”„‘’]$/, "$2").trim().toLowerCase();
  const truths = word => ({true: [true], yes: [true], false: [false], no: [false]})[bare(word)] ?? [];
  const READ = {number: numbers, truth: truths, text: word => (word.trim() ? [bare(word)] : [])};
  const A = {number: "a number, such as −1.96 or 0.34", truth: "True or False", text: "a word or a short text"};
  const SOME = {number: "numbers", truth: "times True or False", text: "short texts"};

  /** Cut a list at semicolons, or else at commas; a comma without a space after it may stand in a number. */
  function pieces(typed, form) {
    const text = typed.trim().replace(/^[[({]|[\])}]$/g, "").replace(/(^|[,;\s])([-\u2212\u2013])\s+(?=[\d.])/g, "$1$2");
    const cut = separator => text.split(separator).map(word => word.trim()).filter(Boolean);
    if (/[;\n]/.test(text)) return cut(/[;\n]/);
    if (form.of !== "number") return cut(",");
    const spaced = cut(/,?\s+/), all = cut(",");
    const whole = words => words.every(word => numbers(word).length);
    if (form.count) return [spaced, all].find(words => words.length === form.count && whole(words)) ?? (spaced.length > 1 ? spaced : all);
    return whole(spaced) && spaced.length >= all.length ? spaced : all;
  }

  /** Read an answer: a list of readings, or words that say what is asked for. */
  function read(typed, form) {
    if (!typed.trim()) return "Type your answer first.";
    if (!form.of) {
      const readings = READ[form.kind](typed.replace(/^\s*[[(](.*)[\])]\s*$/, "$1"));
      return readings.length ? readings : `This asks for ${A[form.kind]}.`;
    }
    const words = pieces(typed, form);
    const parts = words.map(READ[form.of]);
    if (form.count && parts.length !== form.count)
      return `This asks for ${form.count} ${SOME[form.of]}, and here ${parts.length === 1 ? "is" : "are"} ${parts.length}. `
        + "Put a comma or a semicolon between them.";
    const odd = parts.findIndex(part => !part.length);
    if (odd >= 0) return `This asks for ${SOME[form.of]}; “${words[odd]}” is none.`;
    return parts.reduce((lists, part) => lists.flatMap(list => part.map(one => [...list, one])).slice(0, 64), [[]]);
  }

  function fits(value, target, within, kind) {
    if (kind === "set") {
      const distinct = [...new Set(value)];
      return distinct.length === target.length && distinct.every(one => target.includes(one));
    }
    if (Array.isArray(target))
      return Array.isArray(value) && value.length === target.length && target.every((one, place) => fits(value[place], one, within));
    return typeof target === "number" ? Math.abs(value - target) <= within + 1e-9 : value === target;
  }

  /** Judge an answer: [right, words], or [null, words] if it cannot be read. */
  function judge(typed, {form, cases, otherwise}) {
    const readings = read(typed, form);
    if (typeof readings === "string") return [null, readings];
    let verdict;
    for (const value of readings) {
      const [right, , , say] = cases.find(([, target, within]) => fits(value, target, within, form.kind)) ?? [false,,, otherwise];
      if (right) return [true, say];
      verdict ??= [false, say];
    }
    return verdict;
  }

  /** Show words, those between backticks as code. */
  function say(where, words) {
    where.replaceChildren(...words.split("`").map((part, place) =>
      place % 2 ? Object.assign(document.createElement("code"), {textContent: part}) : part));
  }

  function show(reply) {
    const input = reply.querySelector("input"), output = reply.querySelector("output");
    const [right, words] = judge(input.value, JSON.parse(reply.dataset.key));
    say(output, `${right === null ? "" : right ? "✓ Right. " : "✗ Not right yet. "}${words}`.trim());
    reply.dataset.verdict = right === null ? "unread" : right ? "right" : "wrong";
  }
  function clear(reply) {
    reply.querySelector("output")?.replaceChildren();
    delete reply.dataset.verdict;
  }

  /** A self-test keeps what is chosen or typed, also after it has been run anew on a live page. */
  function keepSelfTests() {
    for (const form of document.querySelectorAll("form.quiz:not([data-kept])")) {
      form.dataset.kept = "";
      form.querySelectorAll("fieldset").forEach((box, place) => {
        const name = `quiz/${place + 1}`, controls = [...box.querySelectorAll("input")];
        const text = () => (box.dataset.kind === "number" ? controls[0].value
          : controls.flatMap((control, option) => (control.checked ? ["abcdefgh"[option]] : [])).join(""));
        const put = kept => {
          if (box.dataset.kind === "number") controls[0].value = kept ?? "";
          else controls.forEach((control, option) => { control.checked = !!kept?.includes("abcdefgh"[option]); });
          box.querySelector("output").replaceChildren();
        };
        if (kept.get(name)) put(kept.get(name));
        box.addEventListener("input", () => kept.set(name, text()));
        kept.onChange(name, (changed, kept) => { if (changed === null || changed === name) put(kept); });
      });
    }
  }

  /** Save what is kept of this page to a file, for another machine or to hand in. */
  function save() {
    const answers = Object.fromEntries(kept.names().sort().map(name => [name, kept.get(name)]));
    const made = {book: kept.book, page: kept.page, saved: new Date().toISOString(), answers};
    const url = URL.createObjectURL(new Blob([JSON.stringify(made, null, 1)], {type: "application/json"}));
    Object.assign(document.createElement("a"), {href: url, download: `${kept.page}-answers.json`}).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  /** Open such a file: words that say what came of it. */
  async function open(file) {
    let made;
    try { made = JSON.parse(await file.text()); } catch { made = null; }
    const entries = made?.answers;
    if (made?.book !== kept.book || !entries || Object.values(entries).some(text => typeof text !== "string"))
      return `${file.name} is no file of answers to this book. “Save to a file” on a page of it makes one.`;
    if (made.page !== kept.page) return `${file.name} holds answers to another page, ${made.page}: open it there.`;
    if (kept.names().some(name => kept.get(name) !== entries[name])
        && !confirm("Put what is in this file in place of your answers and code on this page?")) return "Nothing has changed.";
    if (!kept.replace(entries)) return "This browser has no room for what is in the file. Nothing has changed.";
    document.querySelectorAll(".reply[data-key]").forEach(reply => { if (reply.querySelector("input").value) show(reply); });
    return `Opened: ${file.name}, saved on ${new Date(made.saved).toLocaleString([], {dateStyle: "long", timeStyle: "short"})}.`;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const replies = [...document.querySelectorAll(".reply")];
    for (const reply of replies) {
      const box = reply.querySelector("input, textarea");
      const name = `${box.localName === "input" ? "value" : "words"}/${reply.dataset.exercise}`;
      box.value = kept.get(name) ?? "";
      box.addEventListener("input", () => { kept.set(name, box.value); clear(reply); });
      kept.onChange(name, (changed, text) => {
        if ((changed !== null && changed !== name) || box.value === (text ?? "")) return;
        box.value = text ?? "";
        clear(reply);
      });
      if (box.localName === "textarea") continue;
      reply.querySelector("button").addEventListener("click", () => show(reply));
      box.addEventListener("keydown", event => { if (event.key === "Enter" && !event.isComposing) show(reply); });
    }
    keepSelfTests();
    document.addEventListener("toggle", keepSelfTests, true);  // see outputs.js

    const tray = document.querySelector(".reply-tray");
    if (!tray) return;
    const tell = words => { tray.querySelector("output").textContent = words; };
    const files = tray.querySelector("input"), press = (name, then) => tray.querySelector(`[data-do=${name}]`).addEventListener("click", then);
    press("save", save);
    press("open", () => files.click());
    files.addEventListener("change", async () => {
      if (files.files.length) tell(await open(files.files[0]));
      files.value = "";
    });
    press("throw", () => {
      if (!confirm("Throw away all that you typed or chose in the fields and in the self-test of this page? Changed code stays.")) return;
      kept.replace(Object.fromEntries(kept.names().filter(name => /^(code|edition)/.test(name)).map(name => [name, kept.get(name)])));
      tell("Thrown away.");
    });
    if (!kept.works) tray.querySelector("p").textContent = "This browser keeps nothing of a page that is opened from a folder: save your answers to a file before you leave.";
  });
}
