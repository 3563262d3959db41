// How the book's copy of Vega draws; it is the end of that bundle, in which vegaEmbed is known.
// A chart is one picture with one description, not hundreds of marks to walk through, and says what a slider changes.
const silence = part => {
  for (const kind of ["marks", "axes", "legends", "title"])
    for (const one of [part[kind] ?? []].flat()) silence(Object.assign(one, {aria: false}));
  return part;
};
// Most sliders have more steps than a finger can tell apart: the buttons beside one go a step at a time, and say where it
// is then. A finger that moves up or down on a slider scrolls the page, and leaves the slider as it was.
const addButtons = (control, id, say) => {
  const [label, slider, value] = [control.querySelector("label"), ...control.querySelectorAll("input, input + span")];
  const name = label.textContent.slice(0, -value.textContent.length || undefined).trim();
  const tell = () => slider.dispatchEvent(new Event("input", {bubbles: true}));
  const [less, more] = [["−", "Less", "stepDown"], ["+", "More", "stepUp"]].map(([sign, word, step]) => {
    const button = Object.assign(document.createElement("button"), {type: "button", textContent: sign});
    button.setAttribute("aria-label", `${word}: ${name}`);
    button.addEventListener("click", () => {
      slider[step]();
      tell();
      say(`${name} ${value.textContent}`);
    });
    return button;
  });
  slider.id = label.htmlFor = id;
  let before;
  slider.addEventListener("pointerdown", () => { before = slider.value; });
  slider.addEventListener("pointercancel", () => { slider.value = before; tell(); });
  control.append(less, slider, more, value);
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
    voice.style.cssText = "position: absolute; top: 0; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)";
    box.append(voice);
    let known = lines(), later, setTo = [];
    box.querySelectorAll(".vega-bind:has([type=range])").forEach((control, number) =>
      addButtons(control, `${box.id}-slider-${number}`, words => { setTo = [words]; }));
    box.addEventListener("input", () => {
      clearTimeout(later);
      later = setTimeout(() => {
        const now = lines();
        voice.textContent = [...setTo, ...now.filter(line => !known.includes(line))].join("; ");
        [known, setTo] = [now, []];
      }, 400);
    });
  }
  return chart;
};
