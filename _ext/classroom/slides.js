// Shrinks the words of a slide that is too full, draws the charts to the size of their room, and starts reveal.js. On
// a telephone the slides stand below each other instead, as a page to read; in the speaker's window a deck is small,
// too, and stays a deck. A slider takes the arrow keys; one that the mouse lets go gives them back.
{
  const page = document.documentElement.dataset;
  const printing = /print-pdf/.test(location.search);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const dress = () => { page.theme = dark.matches && !printing ? "dark" : "light"; };
  dress();
  dark.addEventListener("change", dress);
  addEventListener("beforeprint", () => { page.theme = "light"; });
  addEventListener("afterprint", dress);

  const sheets = document.querySelectorAll(".sheet");
  const small = window === top && innerWidth <= 600 && !printing;
  page.view = small ? "page" : "deck";
  if (small && sheets.length) {
    document.querySelector("link[href='reveal/reveal.css']").disabled = true;
    screen.orientation?.addEventListener("change", () => location.reload());
  }
  for (const sheet of sheets) {
    sheet.parentElement.style.display = "block";  // to be measured; reveal.js then hides all but one
    let size = parseFloat(getComputedStyle(sheet).fontSize);
    while (!small && sheet.scrollHeight > sheet.clientHeight && size > 24) sheet.style.fontSize = --size + "px";
  }
  for (const formula of document.querySelectorAll("math[display=block]"))
    if (small && formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;  // so that the keyboard can scroll it
  for (const figure of document.querySelectorAll("figure.chart")) {
    const spec = JSON.parse(figure.querySelector("script").textContent);
    const [picture, sliders] = figure.children;
    sliders.style.minHeight = (spec.params ?? []).filter(param => param.bind).length * 48 + "px";
    sliders.addEventListener("pointerup", event => event.target.blur());
    const draw = () => vegaEmbed(picture, spec, { actions: false, renderer: "svg", bind: sliders });
    small ? draw() : fill(spec, picture, draw);
  }
  if (sheets.length && !small)
    Reveal.initialize({
      width: 1280, height: 720, margin: 0, center: false, transition: "none", hash: true, slideNumber: "c/t",
      controlsTutorial: false, scrollActivationWidth: null, pdfSeparateFragments: false, plugins: [RevealNotes],
    }).then(() => document.querySelector(".reveal > .controls")?.setAttribute("role", "none"));  // no landmark in main

  // A chart is made for a page. To be read from the back row it is drawn smaller than its room, and blown up by the
  // style. Panels, which a page sets in a grid, stand side by side. What has many rows is as high as they are:
  // it shrinks to fit, or scrolls if it would get too small.
  function fill(spec, picture, draw) {
    const scale = 1.5, gap = 24;
    const room = { width: picture.clientWidth, height: picture.clientHeight };
    const width = room.width / scale, height = room.height / scale;
    const { row, ...others } = spec.facet ?? spec.encoding ?? {};
    if (spec.concat || row) {
      const count = spec.concat?.length ?? new Set(spec.datasets[spec.data.name].map(datum => datum[row.field])).size;
      const panel = { width: (width + gap) / count - gap, height: height - 100 };
      delete spec.width;
      spec.spacing = gap;
      spec.config.lineBreak = ", ";  // so that long titles of axes do not meet
      if (spec.concat) spec.hconcat = spec.concat.map(chart => ({ ...chart, ...panel }));
      else if (spec.facet) Object.assign(spec.spec, panel), spec.facet = { column: row };
      else Object.assign(spec, panel), spec.encoding = { ...others, column: row };
      for (const key of ["concat", "columns", "usermeta"]) delete spec[key]; // usermeta fits the grid to a page
      draw();
    } else if (spec.height?.step) {
      [spec.width, spec.height.step] = [width, 14];  // rows as close as their words can be
      draw().then(({ view }) => {
        const drawn = picture.querySelector("svg").viewBox.baseVal;
        const fit = room.height / drawn.height, tall = fit < 0.9 && !printing;
        if (tall) picture.classList.add("tall"), picture.tabIndex = 0;
        view.width(width + room.width / (tall ? scale : fit) - drawn.width).run();
      });
    } else {
      reach(spec, spec.height ?? spec.config.view.continuousHeight);
      Object.assign(spec, { width, height, autosize: { type: "fit", contains: "padding" } });
      draw();
    }
  }

  // What was placed in pixels for one height finds it in another: near the top, near the bottom, or between.
  // A legend below the chart moves beside it, since a slide has less height than width.
  function reach(spec, height) {
    const move = y => y < height / 4 ? y
      : { expr: y > height * 0.75 ? `height - ${height - y}` : `height * ${y / height}` };
    for (const [key, part] of Object.entries(spec)) {
      const upright = key === "y" || key === "y2";
      if (upright && typeof part === "number") spec[key] = move(part);
      if (key === "datasets" || typeof part !== "object" || !part) continue;
      if (upright && typeof part.value === "number") part.value = move(part.value);
      if (key === "legend" && part.orient === "bottom") Object.assign(part, { orient: "right", direction: "vertical" });
      reach(part, height);
    }
  }
}
