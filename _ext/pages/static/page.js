// What only the open page can know, on every page of the book.

// A chart measures its width when it is drawn and when the window changes: what opens counts as such a change.
// From file:// a browser may not fetch the pages that a search found, so the search shows their titles only.
{
  const fit = () => window.dispatchEvent(new Event("resize"));  // Vega measures its width then
  document.addEventListener("toggle", fit, true);
  document.addEventListener("toggle", ({target}) => {  // the numbers behind a chart wait in a <noscript>
    target.querySelectorAll(":scope > noscript").forEach(kept => { kept.outerHTML = kept.textContent; });
  }, true);
  document.addEventListener("DOMContentLoaded", () => {  // the sidebar still moves when the window has stopped
    let later;
    const column = document.querySelector(".bd-article");
    if (column) new ResizeObserver(() => { clearTimeout(later); later = setTimeout(fit, 100); }).observe(column);
  });
  const page = document.documentElement.dataset;
  let theme;  // paper is light, whatever the screen is
  window.addEventListener("beforeprint", () => { theme = page.theme; page.theme = "light"; });
  window.addEventListener("afterprint", () => { page.theme = theme; });
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}

// What the theme and Sphinx leave undone for readers with a keyboard, a screen reader or a telephone.
document.addEventListener("DOMContentLoaded", () => {
  // What scrolls can be reached by Tab and scrolled by the arrow keys. The theme sees to code, and forgets the rest.
  // What does not show whole fades out on that side, as book.css has it.
  const boxes = ".cell_output > .output, .pst-scrollable-table-container, .chart-table, .vega-embed, div.math";
  const fading = `${boxes}, .bd-article pre`;
  const fade = box => {
    const rest = box.scrollWidth - box.clientWidth - box.scrollLeft;
    const sides = [box.scrollLeft > 1 && "left", rest > 1 && "right"].filter(Boolean).join(" ");
    sides ? box.setAttribute("data-more", sides) : box.removeAttribute("data-more");
  };
  document.addEventListener("scroll", ({target}) => target.matches?.(fading) && fade(target), {capture: true, passive: true});
  const watchSides = new ResizeObserver(changes => changes.forEach(change => fade(change.target)));
  const watch = new ResizeObserver(changes => changes.forEach(({target: box}) => {
    const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    const kind = box.matches("div.math") ? "Formula" : box.matches(".vega-embed") ? "Chart" : "Table";
    const number = [...document.querySelectorAll(boxes)].indexOf(box) + 1;
    const names = {tabindex: 0, role: "region", "aria-label": `${kind}, scrolls (${number})`};
    for (const name in names) scrolls ? box.setAttribute(name, names[name]) : box.removeAttribute(name);
  }));
  const look = () => {
    document.querySelectorAll(boxes).forEach(box => watch.observe(box));
    document.querySelectorAll(fading).forEach(box => watchSides.observe(box));
  };
  look();
  document.addEventListener("toggle", look, true);  // what was folded

  // The search closes when the focus leaves it, and gives the focus back to where it came from.
  const search = document.querySelector(".search-button__wrapper");
  let opener;
  search.addEventListener("focusin", event => { opener = event.relatedTarget ?? opener; });
  search.addEventListener("focusout", event => { if (event.relatedTarget) search.classList.remove("show"); });
  new MutationObserver(() => {
    if (!search.classList.contains("show") && document.activeElement === document.body) opener?.focus();
  }).observe(search, {attributeFilter: ["class"]});

  // So does a sidebar that lies over the page, as it does on a telephone. Its button says whether it is open.
  for (const [side, beside] of [["primary", "(min-width: 992px)"], ["secondary", "(min-width: 1200px)"]]) {
    const bar = document.querySelector(`.bd-sidebar-${side}`), button = document.querySelector(`.${side}-toggle`);
    if (!bar || !button) continue;
    const box = document.getElementById(`pst-${side}-sidebar-checkbox`), wide = matchMedia(beside);
    const say = () => setTimeout(() => button.setAttribute("aria-expanded", box.checked !== wide.matches));
    say();
    for (const [source, event] of [[button, "click"], [bar, "keydown"], [box, "change"], [wide, "change"]])
      source.addEventListener(event, say);
    bar.addEventListener("focusin", () => { if (box.checked && wide.matches) button.focus(); });  // it has just gone
    bar.addEventListener("focusout", ({relatedTarget: next}) => {
      if (next && !bar.contains(next) && box.checked && !wide.matches) { box.checked = false; say(); }
    });
    bar.addEventListener("click", ({target}) => {  // what was chosen lies below the list
      if (target.closest("a[href^='#']") && box.checked && !wide.matches) { box.checked = false; say(); }
    });
    bar.addEventListener("keydown", ({key, shiftKey, target}) => {  // behind its last link, Tab goes on behind its button
      const links = [...bar.querySelectorAll("a, button")].filter(link => link.checkVisibility());
      if (key === "Tab" && !shiftKey && target === links.at(-1) && box.checked && !wide.matches) button.focus();
    });
  }

  // The button for light and dark says which of them, or "auto", is chosen.
  const page = document.documentElement, colours = document.querySelector(".theme-switch-button");
  const choice = () => colours.setAttribute("aria-label", `Colours: ${page.dataset.mode}`);
  choice();
  new MutationObserver(choice).observe(page, {attributeFilter: ["data-mode"]});
});
{ // Sphinx leaves what was searched for in the browser's store. Here it goes no further than the next page of this tab.
  const words = "sphinx_highlight_terms";
  const move = (from, to) => { if (words in from) { to[words] = from[words]; from.removeItem(words); } };
  move(sessionStorage, localStorage);
  addEventListener("pagehide", () => move(localStorage, sessionStorage));
}
