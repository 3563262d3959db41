"""The few Sphinx hooks this book needs: charts without a network, folded solutions, no half-run notebook."""

import json
import re
from itertools import groupby
from pathlib import Path

import altair as alt
import vl_convert
from nbformat.v4 import new_markdown_cell
from sphinx.util import logging

logger = logging.getLogger(__name__)

# Altair's charts fetch what VEGA_DEBUG does not list, then call vegaEmbed. This lists everything, and the stand-in
# for vegaEmbed loads the bundle when the first chart asks for it; the bundle then takes the stand-in's place.
# A chart measures its width when it is drawn and when the window changes: what opens counts as such a change.
# Paper is light, whatever the screen is. From file:// a browser may not fetch the pages that a search found, so the
# search shows their titles only.
SCRIPT = """{
  const page = document.documentElement.dataset;
  let bundle;
  window.VEGA_DEBUG = %s;
  window.vegaEmbed = (...chart) => {
    bundle ??= new Promise((loaded, failed) => {
      const script = document.createElement("script");
      script.src = page.content_root + "_static/vega.js";
      script.onload = loaded;
      script.onerror = () => failed(new Error("The book's own copy of Vega is missing: " + script.src));
      document.head.append(script);
    });
    return bundle.then(() => window.vegaEmbed(...chart));
  };
  const fit = () => window.dispatchEvent(new Event("resize"));  // Vega measures its width then
  document.addEventListener("toggle", fit, true);
  document.addEventListener("DOMContentLoaded", () => {  // the sidebar still moves when the window has stopped
    let later;
    const column = document.querySelector(".bd-article");
    if (column) new ResizeObserver(() => { clearTimeout(later); later = setTimeout(fit, 100); }).observe(column);
  });
  let theme;
  window.addEventListener("beforeprint", () => { theme = page.theme; page.theme = "light"; });
  window.addEventListener("afterprint", () => { page.theme = theme; });
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}""" % json.dumps(
    {
        "vega_version": alt.VEGA_VERSION,
        "vegalite_version": alt.VEGALITE_VERSION,
        "vegaembed_version": alt.VEGAEMBED_VERSION,
    }
)
CLASS = {"answer", "instructor"}  # tags of cells that only the class notebooks keep
IN_VAIN = re.compile(r'<script src="[^"]*/fontawesome/[^"]*"></script>|<link rel="preload" as="font"[^>]*>')
FRONT = """<!doctype html>
<html lang="en">
<title>%s</title>
<link rel="icon" href="data:,">
<meta http-equiv="refresh" content="0; url=%s.html">
</html>
"""


def read_notebook(app, docname, source):
    """Refuse a notebook that did not run to its end, leave out what is for the class, and fold its solutions."""
    if app.env.doc2path(docname).endswith(".ipynb"):
        notebook = json.loads(source[0])
        check(notebook["cells"], docname)
        notebook["cells"] = [cell for cell in notebook["cells"] if not CLASS & set(cell["metadata"].get("tags", []))]
        notebook["cells"] = list(fold_solutions(notebook["cells"]))
        source[0] = json.dumps(notebook)


def check(cells, docname):
    for number, cell in enumerate(cells, start=1):
        if cell["cell_type"] == "code" and "".join(cell["source"]).strip():
            if cell["execution_count"] is None:
                logger.warning("cell %s has not been run: make execute", number, location=docname)
            if any(output["output_type"] == "error" for output in cell["outputs"]):
                logger.warning("cell %s ended in an error", number, location=docname)


def fold_solutions(cells):
    """Put each run of cells tagged "solution" into a <details>, which Jupyter shows as plain cells."""
    for is_solution, run in groupby(cells, lambda cell: "solution" in cell["metadata"].get("tags", [])):
        if is_solution:
            yield new_markdown_cell('<details class="solution"><summary>Worked solution</summary>')
        yield from run
        if is_solution:
            yield new_markdown_cell("</details>")


def finish(app, exception):
    """Add the charts' program and a front page that leads to the book, and drop what the theme loads in vain.

    The icon fonts draw every icon without the 1.5 MB of icon scripts; a font's preload fails from file://.
    """
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    (out / "index.html").write_text(FRONT % (app.config.html_title, app.config.root_doc), encoding="utf-8")
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    (out / "_static" / "vega.js").write_text(f"(() => {{{bundle}}})();", encoding="utf-8")
    for page in out.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(IN_VAIN.sub("", text), encoding="utf-8")
    for script in out.glob("_static/vendor/fontawesome/*/js/all.min.js"):
        script.unlink()


def setup(app):
    # Set again after sphinx-mathjax-offline: this one needs no fonts, which some browsers refuse from file://.
    app.config.mathjax_path = "mathjax/tex-svg.js"
    app.add_js_file(None, body=SCRIPT)
    app.connect("source-read", read_notebook)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True}
