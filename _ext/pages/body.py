"""What the theme, Sphinx, pandas and Vega leave undone for readers with a keyboard, a screen reader or a telephone.

``make`` puts the HTML of the pages right once they are built, ``SCRIPT`` does what only the open page can know, and ``CHART``
is how the charts' program draws. Colours, focus rings and sizes are in ``_static/book.css``. What is mended here was
found by axe-core or by pressing Tab; ``tests/test_accessible.py`` looks again.
"""

import re

FAULTS = [  # what is wrong, and what takes its place; none is found again in a mended page
    # The name of a fold is what it shows, "Show the code", not "Toggle hidden content".
    (r'<summary aria-label="Toggle hidden content">', r"<summary>"),
    # So is that of the search button in the sidebar, which shows "Search" and its keys.
    (r'(<button class="btn search-button-field [^"]*") title="Search" aria-label="Search"[^>]*>', r"\1>"),
    # "Primary sidebar" and "secondary sidebar" do not say what is in them.
    (r'title="Toggle primary sidebar"', r'title="All chapters"'),
    (r'title="Toggle secondary sidebar"', r'title="On this page"'),
    # All of a page lies in a landmark, and each landmark has a name of its own.
    (r'(<div class="bd-sidebar-primary bd-sidebar")>', r'\1 role="complementary" aria-label="The book">'),
    (r'(<nav class="bd-toc-nav page-toc")>', r'\1 aria-label="On this page">'),
    (r'(id="pst-scroll-pixel-helper"></div>\s*)(<button .*?</button>)', r'\1<nav aria-label="Top of the page">\2</nav>'),
    # The field that opens for a search; the search page has another one with the same id.
    (
        r'(search-container">\s*<form )(class=[^>]*>\s*<i [^>]*></i>\s*<input [^>]*?)\s+id="search-input"',
        r'\1role="search" \2',
    ),
    # Icons are letters of their own font, which nobody wants to hear.
    (r'<(i|span) (class="fa[^"]*"(?: data-mode="\w+")?)>', r'<\1 \2 aria-hidden="true">'),
    # The "#" behind a heading is for the mouse; the list of contents leads to the same places.
    (r'(<a class="headerlink" href="[^"]*" title="[^"]*")>', r'\1 aria-hidden="true" tabindex="-1">'),
    # References have a deprecated role; they stand in a list.
    (r'(<div class="citation" id="[^"]*") role="doc-biblioentry">', r'\1 role="listitem">'),
    # The index is set in columns by means of tables.
    (r'(class="indextable genindextable")>', r'\1 role="presentation">'),
]
TABLE = re.compile(r'<table (?:border="1" )?class="(?:dataframe|table)">.*?</table>', re.DOTALL)
CHART_TABLES = re.compile(r'(<figure class="chart"><figcaption><b>(.*?)</b>.*?)(<details>.*?</figure>)', re.DOTALL)

SCRIPT = """document.addEventListener("DOMContentLoaded", () => {
  // What scrolls can be reached by Tab and scrolled by the arrow keys. The theme sees to code, and forgets the rest.
  const boxes = ".cell_output > .output, .pst-scrollable-table-container, .chart-table, .vega-embed, div.math";
  const watch = new ResizeObserver(changes => changes.forEach(({target: box}) => {
    const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    const kind = box.matches("div.math") ? "Formula" : box.matches(".vega-embed") ? "Chart" : "Table";
    const number = [...document.querySelectorAll(boxes)].indexOf(box) + 1;
    const names = {tabindex: 0, role: "region", "aria-label": `${kind}, scrolls (${number})`};
    for (const name in names) scrolls ? box.setAttribute(name, names[name]) : box.removeAttribute(name);
  }));
  const look = () => document.querySelectorAll(boxes).forEach(box => watch.observe(box));
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
    for (const [thing, event] of [[button, "click"], [bar, "keydown"], [box, "change"], [wide, "change"]])
      thing.addEventListener(event, say);
    bar.addEventListener("focusin", () => { if (box.checked && wide.matches) button.focus(); });  // it has just gone
    bar.addEventListener("focusout", ({relatedTarget: next}) => {
      if (next && !bar.contains(next) && box.checked && !wide.matches) { box.checked = false; say(); }
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
"""

# A chart is one picture with one description, not hundreds of marks to walk through, and says what a slider changes.
CHART = """
const silence = part => {
  for (const kind of ["marks", "axes", "legends", "title"])
    for (const one of [part[kind] ?? []].flat()) silence(Object.assign(one, {aria: false}));
  return part;
};
window.vegaEmbed = async (place, spec, options) => {
  const chart = await vegaEmbed(place, spec, {...options, patch: silence});
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
"""


def mend(page):
    """Mend what is wrong in the HTML of one page."""
    for fault, mended in FAULTS:
        page = re.sub(fault, mended, page, flags=re.DOTALL)
    return CHART_TABLES.sub(name_tables, TABLE.sub(name_heads, page))


def name_heads(table):
    """Say of each head cell whether it heads a column or a row. An empty one heads nothing."""
    head, end, body = table[0].partition("</thead>")
    if re.search(r"<thead>\s*<tr[^>]*><th[^>]*><p></p></th>", head):  # Markdown knows no row heads: an empty corner does
        body = re.sub(r"(<tr[^>]*>)<td>(<p>.+?</p>)</td>", r"\1<th>\2</th>", body)
    parts = [re.sub(r"<th[^>]*>(?:<p></p>)?</th>", "<td></td>", part) for part in (head, end + body)]
    return "".join(re.sub(r"<th(?= |>)(?! scope)", f'<th scope="{scope}"', part) for part, scope in zip(parts, ("col", "row")))


def name_tables(chart):
    """Name the tables behind a chart after it, and put each into a box that can scroll."""
    before, title, details = chart.groups()
    first, *tables = details.split('<table class="dataframe">')
    for number, table in enumerate(tables, 1):
        table = f'<table class="dataframe" aria-label="{title}, table {number}">{table}'
        first += '<div class="chart-table">' + table.replace("</table>", "</table></div>")
    return before + first


def make(pages):
    """Mend the pages of a built book."""
    for path in pages:
        page = path.read_text(encoding="utf-8")
        if (mended := mend(page)) != page:
            path.write_text(mended, encoding="utf-8")
