// Runs in a page that is to be printed, after Vega; pdf.py calls what is in `paper`.

// Collects what is drawn. Vega measures words, so the fonts have to be there before.
const drawings = [];
const draw = window.vegaEmbed;
const faces = ["", "italic ", "600 ", "italic 600 "].map(face => document.fonts.load(face + "13px 'Source Sans Pro'"));
window.vegaEmbed = (container, spec, options) => {
  spec.config ??= {};
  spec.config.font = getComputedStyle(document.body).fontFamily;
  const drawing = Promise.all(faces).then(() => draw(container, spec, options));
  drawings.push(drawing);
  return drawing;
};

const paper = {
  /** Wait for all charts and fonts. */
  async prepare() {
    for (const { view } of await Promise.all(drawings)) view.finalize(); // or it draws again while it is printed
    await Promise.all(faces);
    await document.fonts.ready;
  },

  /** Return what is wider than the page, the innermost first. */
  tooWide() {
    const edge = document.querySelector("main").getBoundingClientRect().right + 0.5;
    const right = element => {
      const box = element.getBoundingClientRect();
      return box.left + Math.max(box.width, element.scrollWidth);
    };
    return [...document.querySelectorAll("main *")]
      .filter(element => !element.closest("svg *, math *") && right(element) > edge)
      .reverse()
      .map(element => [element.closest(".sheet").id, element.localName, element.textContent.trim().slice(0, 60)])
      .map(where => where.join(", "));
  },

  /** Put page numbers in, and return how many of them are new. */
  fill(numbers) {
    return [...document.querySelectorAll("[data-page]")].filter(entry => {
      const before = entry.textContent;
      entry.textContent = numbers[entry.dataset.page];
      return entry.textContent !== before;
    }).length;
  },

  headings: () => [...document.querySelectorAll("h1, h2, h3")].map(heading => heading.textContent),
  formulas: () => [...document.querySelectorAll("math")].map(formula => formula.ariaLabel),
};
