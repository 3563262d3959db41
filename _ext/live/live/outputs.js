// Outputs as the book stores them: the same elements and classes as MyST-NB writes, with the same mends as body.py.

/** Add a message of the kernel to a list of outputs, as a notebook keeps them; false if it is none. */
export function add(outputs, type, content) {
  const last = outputs.at(-1);
  if (type === "stream") {
    if (last?.output_type === "stream" && last.name === content.name) last.text += content.text;
    else outputs.push({output_type: "stream", name: content.name, text: content.text});
  } else if (type === "display_data" || type === "execute_result") {
    const {data, metadata, execution_count} = content;
    outputs.push({output_type: type, data, metadata, ...(type === "execute_result" && {execution_count})});
  } else if (type === "error") {
    const {ename, evalue, traceback} = content;
    outputs.push({output_type: "error", ename, evalue, traceback});
  } else if (type === "clear_output") {
    outputs.length = 0;
  } else return false;
  return true;
}

/** Show outputs in place of those that are there; `name` says of which cell. */
export function show(outputs, place, name) {
  place.replaceChildren();
  outputs.forEach((output, number) => {
    const box = place.appendChild(document.createElement("div"));
    if (output.output_type === "stream") text(box, `output ${output.name === "stderr" ? "stderr" : "stream"} highlight-myst-ansi notranslate`, output.text);
    else if (output.output_type === "error") text(box, "output traceback highlight-ipythontb notranslate", output.traceback.join("\n"));
    else if (output.data["text/html"]) html(box, "output text_html", output.data["text/html"]);
    else if (output.data["image/svg+xml"]) html(box, "output", output.data["image/svg+xml"]);
    else if (output.data["image/png"]) {
      box.className = "output image_png";
      const picture = box.appendChild(document.createElement("img"));
      picture.src = `data:image/png;base64,${output.data["image/png"]}`;
      picture.alt = output.data["text/plain"] ?? "A picture";
    } else text(box, "output text_plain highlight-myst-ansi notranslate", output.data["text/plain"] ?? "");
    mend(box, `${name}${outputs.length > 1 ? `, output ${number + 1}` : ""}`);
  });
  place.dispatchEvent(new Event("toggle"));  // page.js then looks for what scrolls, and charts for their width
}

function text(box, kind, words) {
  box.className = kind;
  const lines = box.appendChild(Object.assign(document.createElement("div"), {className: "highlight"})).appendChild(document.createElement("pre"));
  lines.textContent = [words].flat().join("").replace(/\x1b\[[\d;]*m/g, "");
}

function html(box, kind, source) {
  box.className = kind;
  box.innerHTML = [source].flat().join("");
  for (const old of box.querySelectorAll("script")) {  // one that comes with innerHTML does not run
    const script = document.createElement("script");
    for (const {name, value} of old.attributes) script.setAttribute(name, value);
    script.textContent = old.textContent;
    old.replaceWith(script);
  }
}

/** What body.py does to the stored outputs. */
function mend(box, name) {
  for (const cell of box.querySelectorAll("table.dataframe th")) {
    if (cell.textContent.trim()) cell.scope = cell.closest("tbody") ? "row" : "col";
    else cell.replaceWith(document.createElement("td"));
  }
  box.querySelectorAll("figure.chart").forEach(chart => chart.querySelectorAll("details table").forEach((table, number) => {
    table.setAttribute("aria-label", `${chart.querySelector("figcaption b").textContent}, table ${number + 1}`);
    const scroll = Object.assign(document.createElement("div"), {className: "chart-table"});
    table.replaceWith(scroll);
    scroll.append(table);
  }));
  for (const lines of box.querySelectorAll("pre")) {
    const scrolls = () => lines.scrollWidth > lines.clientWidth + 1;
    if (!scrolls()) continue;
    for (const [key, value] of Object.entries({tabindex: 0, role: "region", "aria-label": `Output of ${name}`})) lines.setAttribute(key, value);
  }
}
