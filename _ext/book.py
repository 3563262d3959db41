"""The few Sphinx hooks this book needs.

Charts work without a network, solutions are folded, no notebook is half-run, what a class needs is made with the book,
and the links to the repository follow whoever publishes it.
"""

import json
import os
import re
import subprocess
import zipfile
from itertools import groupby
from pathlib import Path

import charts
import classroom
import lms
import slides
from nbformat.v4 import new_markdown_cell
from sphinx.util import logging

logger = logging.getLogger(__name__)

# A chart measures its width when it is drawn and when the window changes: what opens counts as such a change.
# From file:// a browser may not fetch the pages that a search found, so the search shows their titles only.
SCRIPT = """{
  const fit = () => window.dispatchEvent(new Event("resize"));  // Vega measures its width then
  document.addEventListener("toggle", fit, true);
  document.addEventListener("DOMContentLoaded", () => {  // the sidebar still moves when the window has stopped
    let later;
    const column = document.querySelector(".bd-article");
    if (column) new ResizeObserver(() => { clearTimeout(later); later = setTimeout(fit, 100); }).observe(column);
  });
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}"""
CLASS = {"answer", "instructor"}  # tags of cells that only the class notebooks keep
IN_VAIN = re.compile(r'<script src="[^"]*/fontawesome/[^"]*"></script>|<link rel="preload" as="font"[^>]*>')
FOR_CLASS = """<p class="for-class">For class:
<a href="../class/student/{0}.ipynb" download="{0}-student.ipynb">student notebook</a> ·
<a href="../class/instructor/{0}.ipynb" download="{0}-instructor.ipynb">instructor notebook</a> (with solutions) ·
<a href="../slides/{0}.html">slides</a></p>"""
FRONT = """<!doctype html>
<html lang="en">
<title>%s</title>
<link rel="icon" href="data:,">
<meta http-equiv="refresh" content="0; url=%s.html">
</html>
"""


def read_notebook(app, docname, source):
    """Refuse a notebook that did not run to its end, fold its solutions, and link to what is for the class instead."""
    if app.env.doc2path(docname).endswith(".ipynb"):
        notebook = json.loads(source[0])
        check(notebook["cells"], docname)
        notebook["cells"] = [cell for cell in notebook["cells"] if not CLASS & set(cell["metadata"].get("tags", []))]
        notebook["cells"] = list(fold_solutions(notebook["cells"]))
        chapter = re.fullmatch(r"chapters/((\d\d)-.*)", docname)
        if chapter and int(chapter[2]) in classroom.chapters():
            notebook["cells"].insert(1, new_markdown_cell(FOR_CLASS.format(chapter[1])))
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


def repository(book):
    """Return the web address of the repository that the book is published from, or None.

    On GitHub Actions the environment names it. Elsewhere it is git's remote ``origin``, if that is on GitHub.
    """
    if name := os.environ.get("GITHUB_REPOSITORY"):
        return f"{os.environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}"
    if not (book / ".git").exists():  # else git would find the repository of a folder further up
        return None
    try:
        remote = subprocess.run(["git", "remote", "get-url", "origin"], cwd=book, capture_output=True, text=True)
    except FileNotFoundError:  # no git here
        return None
    return on_github(remote.stdout.strip())


def on_github(remote):
    """Turn git's address of a repository on GitHub into that of its page; None if it is not on GitHub."""
    host = r"(?:https?://(?:[^/@]+@)?github\.com/|git@github\.com:|ssh://git@(?:ssh\.)?github\.com(?::\d+)?/)"
    parts = re.fullmatch(host + r"([\w-]+)/([\w.-]+?)(?:\.git)?/?", remote)
    return "https://github.com/{}/{}".format(*parts.groups()) if parts else None


def published(address):
    """Return where GitHub Pages shows the book of a repository; None if there is none, or not on GitHub."""
    parts = re.fullmatch(r"https://github\.com/([\w-]+)/([\w.-]+)", address or "")
    if not parts:
        return None
    owner, name = parts[1].lower(), parts[2]
    return f"https://{owner}.github.io" + ("" if name.lower() == f"{owner}.github.io" else f"/{name}")


def link_to_repository(app, config):
    """Give the pages buttons to their repository and to Binder, if there is a repository."""
    address = repository(Path(app.srcdir))
    if not address:
        return
    config.html_theme_options |= {
        "repository_url": address,
        "repository_provider": "github",
        "repository_branch": "HEAD",  # whatever its name is
        "use_repository_button": True,
        "use_source_button": True,
        "use_issues_button": True,
    }
    if published(address):  # Binder reaches public repositories only
        binder = {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"}
        config.html_theme_options["launch_buttons"] = binder


def finish(app, exception):
    """Add the charts' program, what a class needs, and a front page; drop what the theme loads in vain.

    The icon fonts draw every icon without the 1.5 MB of icon scripts; a font's preload fails from file://.
    """
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    (out / "index.html").write_text(FRONT % (app.config.html_title, app.config.root_doc), encoding="utf-8")
    charts.write_bundle(out / "_static")
    for page in out.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(IN_VAIN.sub("", text), encoding="utf-8")
    for script in out.glob("_static/vendor/fontawesome/*/js/all.min.js"):
        script.unlink()
    classroom.make(out / "class", published(repository(Path(app.srcdir))))
    slides.make(out / "slides", in_book=True)
    lms.make(out / "lms")
    pack(Path(app.srcdir) / "data", out / "data.zip")


def pack(folder, target):
    """Put the tables of a folder into a zip, dated 1980, so that the same tables give the same bytes."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*.csv")):
            entry = zipfile.ZipInfo(f"data/{path.relative_to(folder).as_posix()}")
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def setup(app):
    # Set again after sphinx-mathjax-offline: this one needs no fonts, which some browsers refuse from file://.
    app.config.mathjax_path = "mathjax/tex-svg.js"
    app.add_js_file(None, body=charts.SCRIPT + SCRIPT)
    app.connect("config-inited", link_to_repository)
    app.connect("source-read", read_notebook)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True}
