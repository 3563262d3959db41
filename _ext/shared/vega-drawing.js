// How the book's copy of Vega draws; it is the end of that bundle, in which vegaEmbed is known.
// A chart is one picture with one description, not hundreds of marks to walk through, and says what a slider changes.
const silence = part => {
  for (const kind of ["marks", "axes", "legends", "title"])
    for (const one of [part[kind] ?? []].flat()) silence(Object.assign(one, {aria: false}));
  return part;
};
window.vegaEmbed = async (container, spec, options) => {
  const chart = await vegaEmbed(container, spec, {...options, patch: silence});
  const box = chart.view.container(), picture = box.querySelector("svg");
  for (const name of ["role", "aria-roledescription", "aria-label"]) box.removeAttribute(name);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", spec.description);
  for (const group of box.querySelectorAll(".vega-bind:has([type=radio])")) {
    group.setAttribute("role", "radiogroup");
    group.setAttribute("aria-label", group.querySelector(".vega-bind-name").textContent);
  }
  if (box.querySelector(".vega-bind")) {
    const lines = () => [...picture.querySelectorAll(".mark-text.role-mark :is(tspan, text:not(:has(tspan)))")]
      .map(line => line.textContent);
    const voice = document.createElement("output");
    voice.style.cssText = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)";
    box.append(voice);
    let known = lines(), later;
    box.addEventListener("input", () => {
      clearTimeout(later);
      later = setTimeout(() => {
        const now = lines();
        voice.textContent = now.filter(line => !known.includes(line)).join("; ");
        known = now;
      }, 400);
    });
  }
  return chart;
};
