// The book's own survey. What a reader fills in is kept in this browser (keep.js), once before and once after the chapters,
// as the row of a person's file: {column: cell}; so is what is half filled in, as a draft. Nothing is fetched or sent.
{
  const WAVES = ["before", "after"], WHEN = {before: "the first time", after: "the second time"};

  const make = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };
  const day = date => new Date(`${date}T12:00`).toLocaleDateString("en-GB", {dateStyle: "long"});
  const today = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);

  /** Make the code of its three parts, or nothing if one of them is none; written as chapter 4 compares codes. */
  function code([start, day, end]) {
    return [...start].length === 2 && end && /^(0?[1-9]|[12]\d|3[01])$/.test(day) ? start + day.padStart(2, "0") + end : "";
  }
  /** What a code takes of a street, a day and a name; the rest is kept nowhere. */
  function shortened(street, day, name) {
    const letters = text => [...text.normalize("NFKC").toUpperCase().normalize("NFC").replace(/[^\p{L}]/gu, "")];
    return [letters(street).slice(0, 2).join(""), day.trim().replace(/\D+$/, ""), letters(name).slice(-1).join("")];
  }

  /** Score a row as `prepost.score` does: null if too many items were left out. */
  function score(row, instrument) {
    const {lowest, highest, labels, max_skipped, items} = instrument, names = Object.keys(items);
    const values = names.filter(item => row[item] !== "").map(item => {
      const value = labels.length ? lowest + labels.indexOf(row[item]) : Number(row[item]);
      return items[item] ? lowest + highest - value : value;
    });
    if (!values.length || values.length < names.length - max_skipped) return null;
    return Math.floor(values.reduce((sum, value) => sum + value, 0) * names.length / values.length + 0.5);
  }

  const write = (columns, rows) => "\ufeff" + [columns, ...rows.map(row => columns.map(name => row[name] ?? ""))]
    .map(cells => cells.map(cell => `"${cell.replaceAll('"', '""')}"`).join(",") + "\r\n").join("");

  /** Whether a row can be scored: one of another edition of the survey may have other statements. */
  const fits = (row, known) => /^\p{L}{2,}\d\d\p{L}+$/u.test(row.code) && WAVES.includes(row.survey) && /^\d{4}-\d\d-\d\d$/.test(row.timestamp)
    && known.instruments.every(({items, labels}) => Object.keys(items).every(item => ["", ...(labels.length ? labels : ["0", "1"])].includes(row[item])));

  /** Which answers were right is worked out again, since a file says it only when both times are in it. */
  const marked = (row, asked) => ({...row, ...Object.fromEntries(asked.map(({name, options}) =>
    [name, row[`${name} chosen`] && String(Number(options.some(([text, right]) => right && text === row[`${name} chosen`])))]))});

  /** Read a file that `write` has written, also after a spreadsheet has saved it; null if it is another file. */
  function read(text, known) {
    const start = text.replace(/^\ufeff/, ""), separator = /^"?code"?;/.test(start) ? ";" : ",";
    const lines = start.split(/\r?\n/).filter(Boolean).map(line =>
      [...line.matchAll(new RegExp(`(?:^|${separator})(?:"((?:[^"]|"")*)"|([^${separator}"]*))`, "g"))].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare));
    if (lines[0]?.join() !== known.columns.join() || lines.length < 2) return null;
    const rows = lines.slice(1).map(cells => Object.fromEntries(known.columns.map((name, place) => [name, cells[place] ?? ""])));
    return rows.every(row => fits(row, known)) && new Set(rows.map(row => row.code)).size === 1 && new Set(rows.map(row => row.survey)).size === rows.length
      ? Object.fromEntries(rows.map(row => [row.survey, marked(row, known.questions)])) : null;
  }

  function begin(root) {
    const known = JSON.parse(root.querySelector("script").textContent), form = root.querySelector("form");
    const part = name => root.querySelector(`[data-part=${name}]`), button = name => root.querySelector(`[data-do=${name}]`);
    const picker = root.querySelector("input[type=file]"), fields = form.elements;
    const [confidence] = known.instruments, asked = known.questions, items = Object.keys(confidence.items);
    let times = {}, drafts = {}, open = true, warned = "";

    const load = () => {
      drafts = {}, times = {};
      for (const wave of WAVES) {
        const row = JSON.parse(kept.get(`own/${wave}`) ?? "null");
        if (row && fits(row, known)) times[wave] = row;
        const draft = JSON.parse(kept.get(`own/${wave}/draft`) ?? "null");
        if (draft) drafts[wave] = draft;
      }
    };
    const keepDraft = (wave, draft) => {
      if (draft) drafts[wave] = draft; else delete drafts[wave];
      kept.set(`own/${wave}/draft`, draft ? JSON.stringify(draft) : "");
    };
    const chosen = name => fields[name].value;
    const parts = () => shortened(fields.street.value, fields.day.value, fields.letter.value);
    const typed = () => code(parts());

    const row = () => marked({
      code: typed(), survey: chosen("survey"), timestamp: times[chosen("survey")]?.timestamp ?? today(),
      ...Object.fromEntries([...items, ...asked.map(({name}) => `${name} chosen`)].map(name => [name, chosen(name.replace(" chosen", ""))])),
    }, asked);
    /** Put a row into the form, or empty it; the code's parts stay, or come from the code. */
    const fill = one => {
      for (const name of items) fields[name].value = one?.[name] ?? "";
      for (const {name} of asked) fields[name].value = one?.[`${name} chosen`] ?? "";
      for (const name of [...items, ...asked.map(({name}) => name)]) if (!fields[name].value) for (const radio of fields[name]) radio.checked = false;
      const given = one?.parts ?? one?.code.match(/^(\D+)(\d+)(\D+)$/).slice(1);
      if (given) [fields.street.value, fields.day.value, fields.letter.value] = given;
      showCode();
    };
    const showCode = () => { part("code").textContent = typed() || "not complete yet"; };

    const says = () => {
      const {before, after} = times;
      if (before && after) return `You filled this in on ${day(before.timestamp)} and on ${day(after.timestamp)}, under the code ${after.code}.`;
      if (after) return `Only your second time is here, from ${day(after.timestamp)}. If the first one is in a file, open it.`;
      if (before && !open) return `Kept in this browser on ${day(before.timestamp)}, under the code ${before.code}. Come back after chapter 13 and answer the same questions again; only then will you see which answers are right. If you will use another device or are in a class, save your answers to a file.`;
      if (before) return `You filled this in for the first time on ${day(before.timestamp)}, in this browser, so this is the second time. To correct the first one, choose it below.`;
      if (drafts[chosen("survey")]) return "";
      return "Nothing is kept in this browser yet, so this is taken as the first time. If you filled it in on another device, open the file that you saved there.";
    };
    const show = () => {
      const both = times.before && times.after;
      const begun = open && drafts[chosen("survey")] ? "What you have begun to fill in is here. It counts once you press “Keep my answers”." : "";
      const lost = kept.works ? "" : "This browser keeps nothing of a page that is opened from a folder: save your answers to a file before you leave.";
      part("state").textContent = [says(), begun, lost].filter(Boolean).join(" ");
      form.hidden = !open;
      part("result").hidden = !both || open;
      if (both) part("result").replaceChildren(...result(times));
      part("trouble").textContent = "";
      button("save").hidden = !times.before && !times.after;
      button("throw").hidden = button("save").hidden && !Object.keys(drafts).length;
      button("change").hidden = open || !!both;  // whoever has seen what is right answers no longer
    };
    /** Open the form for an occasion, with what is kept of it. */
    const ask = wave => {
      open = true, warned = "";
      fields.survey.value = wave;
      fill(drafts[wave] ?? times[wave]);
      show();
    };
    const next = () => {
      const both = times.before && times.after;
      ask(!both && (times.before || (drafts.after && !drafts.before)) ? "after" : "before");
      open = !both && (times.before?.timestamp !== today() || !!drafts.after);  // the second time is on another day
      show();
    };
    const trouble = (words, field) => { part("trouble").textContent = words; (field ?? part("trouble")).focus(); };

    form.addEventListener("input", event => {
      const wave = chosen("survey"), switched = event.target.name === "survey";
      if (switched && (times.before || times.after)) return ask(wave);
      if (switched) WAVES.forEach(one => keepDraft(one));  // what is filled in was meant for this one
      keepDraft(wave, {...row(), parts: parts()});
      button("throw").hidden = false;
      showCode();
    });
    form.addEventListener("submit", event => {
      event.preventDefault();
      const now = row(), other = times[WAVES.find(wave => wave !== now.survey)];
      if (!now.code) {
        part("code").textContent = "not complete: it takes two letters, a day from 1 to 31, and one letter";
        return trouble("Your code is not complete. It stands at the top of the form.", fields.street);
      }
      if (other && other.code !== now.code)
        return trouble(`Your code is ${now.code} now, and another one was kept ${WHEN[other.survey]}. If that is a slip, correct it, or the two cannot be linked. If somebody else used this browser, let them save theirs, and throw it away here first.`);
      const left = {[confidence.title]: items.filter(item => !now[item]).length, "the questions": asked.filter(({name}) => !now[name]).length};
      const [few, many] = Object.values(left), lost = [few > confidence.max_skipped && "confidence", many > 0 && "knowledge"].filter(Boolean);
      if (lost.length && warned !== `${few} ${many}`) {
        warned = `${few} ${many}`;
        return trouble(`You have left out ${few} of the ${items.length} statements and ${many} of the ${asked.length} questions, so there will be no score for ${lost.join(" and ")}. (A score needs ${items.length - confidence.max_skipped} statements, or all questions.) Press the button again to keep it like this.`);
      }
      if (!kept.set(`own/${now.survey}`, JSON.stringify(now))) return trouble("This browser has no room to keep it.");
      keepDraft(now.survey);
      load();
      open = false;
      show();
      (part("result").hidden ? button("save") : part("result")).focus();
      if (!part("result").hidden) part("result").scrollIntoView();
    });
    button("change").addEventListener("click", () => { ask(times.after ? "after" : "before"); fields.survey[times.after ? 1 : 0].focus(); });
    const tail = () => [...crypto.getRandomValues(new Uint8Array(3))].map(byte => byte.toString(16).padStart(2, "0")).join("");
    button("save").addEventListener("click", () => {
      const own = WAVES.map(wave => times[wave]).filter(Boolean);
      // a file of one time tells nobody what is right
      const rows = own.length > 1 ? own : own.map(row => ({...row, ...Object.fromEntries(asked.map(({name}) => [name, ""]))}));
      const url = URL.createObjectURL(new Blob([write(known.columns, rows)], {type: "text/csv"}));
      make("a", {href: url, download: `before-and-after-${tail()}.csv`}).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    });
    button("open").addEventListener("click", () => picker.click());
    picker.addEventListener("change", async () => {
      const file = picker.files[0], found = read(await file.text(), known);
      picker.value = "";
      if (!found) return trouble(`${file.name} is no file of this survey. “Save to a file” makes one.`);
      const others = WAVES.some(wave => times[wave] && (found[wave] ? JSON.stringify(found[wave]) !== JSON.stringify(times[wave]) : found[WAVES.find(one => one !== wave)].code !== times[wave].code));
      if (others && !confirm("Put what is in this file in place of what is kept in this browser?")) return;
      if (others) WAVES.forEach(wave => kept.set(`own/${wave}`, ""));
      for (const [wave, one] of Object.entries(found)) {
        kept.set(`own/${wave}`, JSON.stringify(one));
        keepDraft(wave);
      }
      load();
      next();
    });
    button("throw").addEventListener("click", () => {
      if (!confirm("Throw away what you filled in here, both times? A file that you have saved stays.")) return;
      WAVES.forEach(wave => { kept.set(`own/${wave}`, ""); keepDraft(wave); });
      load();
      form.reset();
      next();
    });
    kept.onChange("own/", () => { load(); next(); });

    /** Say what came of both times. */
    function result({before, after}) {
      const signed = number => (number > 0 ? `+${number}` : String(number).replace("-", "−"));
      const scores = known.instruments.map(instrument => [instrument, score(before, instrument), score(after, instrument)]);
      const line = ([{title, lowest, highest, items}, first, second]) => {
        const count = Object.keys(items).length, none = "no score";
        return make("tr", {}, make("th", {scope: "row"}, `${title}, ${lowest * count} to ${highest * count}`), make("td", {}, String(first ?? none)),
          make("td", {}, String(second ?? none)), make("td", {}, first === null || second === null ? "–" : signed(second - first)));
      };
      const head = make("tr", {}, make("td"), ...["before", "after", "change"].map(word => make("th", {scope: "col"}, word)));
      const verdict = cell => ({0: "not right", 1: "right"})[cell] ?? "left out";
      const link = (page, words) => make("a", {href: page}, words);
      const list = asked.map(({name, about, chapter, page, options}) => {
        const said = make("span"), picked = options.find(([text]) => text === after[`${name} chosen`]), answer = options.find(([, right]) => right);
        said.innerHTML = picked?.[2] ?? "";  // the book's own words
        return make("li", {}, make("strong", {}, about), ` Then ${verdict(before[name])}, now ${verdict(after[name])}. `, said,
          picked?.[1] ? " " : ` Right is: ${answer[0]}. `.replace("..", "."), link(page, `Chapter ${chapter}`), ".");
      });
      const page = number => known.pages[number];
      const unsure = row => asked.filter(({name}) => ["", known.unknown].includes(row[`${name} chosen`])).length;
      return [
        make("table", {"aria-label": "Your scores"}, make("thead", {}, head), make("tbody", {}, ...scores.map(line))),
        make("p", {}, "The five questions, and the chapter that explains each:"), make("ol", {}, ...list),
        make("p", {}, `Questions that you left open, or chose “${known.unknown}”: ${unsure(before)} then, ${unsure(after)} now.`),
        make("p", {}, make("strong", {}, "What can your own change say?"), " Less than it seems. ",
          "On another day you would have ticked some boxes differently, so one person’s score moves by a few points for no other reason (", link(page(3), "chapter 3"),
          "), and somebody who only guesses gets about one of the five questions right, so to guess where you did not know before is a rise already. As for confidence, you may be using another yardstick by now: whoever has seen what can go wrong can feel less sure and yet know more, which is called a response shift. ",
          "You had also seen the same questions before, and nobody answered twice without the book, so that time, or talk with others, could explain it, too (", link(page(2), "chapter 2"),
          "). Take the change as a description of what is different now, and ask whether a difference of this size matters to you (", link(page(10), "chapter 10"),
          "). A whole class can say whether its changes are more than chance; even a class cannot say that the book caused them."),
      ];
    }

    load();
    next();
    if (Object.keys(drafts).length) root.open = true;
    const unfold = () => { if (/^#(own-survey|your-own-before-and-after)$/.test(location.hash)) root.open = true; };
    addEventListener("hashchange", unfold);
    unfold();
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("details.own-survey").forEach(begin));
}
