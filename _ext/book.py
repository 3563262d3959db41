"""The few Sphinx hooks this book needs.

Charts work without a network, solutions are folded, no notebook is half-run, what a class needs is made with the book,
as are the notebooks for the browser, and the links to the repository follow whoever publishes it.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import accessible
import charts
import lean
import study
from markdown_it import MarkdownIt
from nbformat.v4 import new_markdown_cell
from sphinx.util import logging

logger = logging.getLogger(__name__)

# A chart measures its width when it is drawn and when the window changes: what opens counts as such a change.
# From file:// a browser may not fetch the pages that a search found, so the search shows their titles only.
SCRIPT = """{
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
}"""
CLASS = {"answer", "instructor"}  # tags of cells that only the class notebooks keep
RUN = """<p class="run"><a href="../lite/notebooks/index.html?path={0}.ipynb">Run this chapter in your browser</a>:
nothing to install, nothing leaves your computer.</p>"""
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
    """Refuse a notebook that did not run to its end, fold what is to be folded, and link to what is for the class."""
    if app.env.doc2path(docname).endswith(".ipynb"):
        notebook = json.loads(source[0])
        check(notebook["cells"], docname)
        notebook["cells"] = [cell for cell in notebook["cells"] if not CLASS & set(cell["metadata"].get("tags", []))]
        notebook["cells"] = list(fold(notebook["cells"], docname))
        chapter = re.fullmatch(r"chapters/((\d\d)-.*)", docname)
        if chapter and (Path(app.srcdir) / "chapters" / "quizzes" / f"{chapter[2]}.txt").exists():
            notebook["cells"].insert(1, new_markdown_cell((RUN + FOR_CLASS).format(chapter[1])))
        source[0] = json.dumps(notebook)


def check(cells, docname):
    for number, cell in enumerate(cells, start=1):
        if cell["cell_type"] == "code" and "".join(cell["source"]).strip():
            if cell["execution_count"] is None:
                logger.warning("cell %s has not been run: make execute", number, location=docname)
            if any(output["output_type"] == "error" for output in cell["outputs"]):
                logger.warning("cell %s ended in an error", number, location=docname)


def fold(cells, docname):
    """Put each run of cells tagged "solution" or "hood" into a <details>, which Jupyter shows as plain cells.

    A run under the hood begins with a cell of its own: ``**Under the hood: what it is.**`` and a sentence that says for
    whom; both become its summary. Assertions, which no page shows, interrupt no run.
    """
    tag = None
    for cell in cells:
        tags = set(cell["metadata"].get("tags", []))
        text = "".join(cell["source"])
        opens = "hood" in tags and text.startswith("**Under the hood: ")
        now = tag if "remove-cell" in tags else next((t for t in ("solution", "hood") if t in tags), None)
        if tag and (opens or now != tag):
            yield new_markdown_cell("</details>")
            tag = None
        if opens:
            yield new_markdown_cell(f'<details class="hood"><summary>{MarkdownIt().renderInline(text)}</summary>')
        elif now == "hood" != tag:
            logger.warning('a cell under the hood has no "**Under the hood: ...**" before it: %s', text[:60], location=docname)
        elif now == "solution" != tag:
            yield new_markdown_cell('<details class="solution"><summary>Worked solution</summary>')
        if not opens:
            yield cell
        tag = now
    if tag:
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


def add_charts(app, pagename, templatename, context, doctree):
    """Give the script of the charts to the pages that have charts."""
    if '<figure class="chart">' in context.get("body", ""):
        app.add_js_file(None, body=charts.script(context["body"]))


def finish(app, exception):
    """Add the charts' program, what a class needs, and a front page, and make the pages light."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    (out / "index.html").write_text(FRONT % (app.config.html_title, app.config.root_doc), encoding="utf-8")
    charts.write_bundle(out / "_static")
    for path in set((out / "chapters").rglob("*.html")) - set(pages(app)):
        path.unlink()  # of a chapter that was left out
    accessible.make(pages(app))
    lean.make(out, pages(app))
    make_for_class(app, out)
    if left_out := study.left_out(Path(app.srcdir) / "data"):
        print(left_out, file=sys.stderr)


def pages(app):
    """Return the files of all pages, those of the search and the index too, but not of what is made apart from them."""
    out = Path(app.outdir)
    names = [*app.env.found_docs, "search", "genindex"]
    return [path for path in (out / f"{name}.html" for name in sorted(names)) if path.exists()]


def make_for_class(app, out):
    """Make what a class needs, unless it was made from the same; importing what makes it takes as long as a build."""
    book, record = Path(app.srcdir), Path(app.doctreedir) / "for-class.txt"
    address = published(repository(book))
    made_from = f"{fingerprint(book, ['_ext', '_static', 'chapters', 'data'])} {address} {os.environ.get('PYODIDE')}"
    if record.exists() and record.read_text(encoding="utf-8") == made_from and (out / "lite").exists():
        return
    import classroom
    import lite
    import lms
    import slides

    for name in ("class", "slides", "lms"):
        shutil.rmtree(out / name, ignore_errors=True)
    classroom.make(out / "class", address)
    slides.make(out / "slides", in_book=True)
    lms.make(out / "lms")
    pack(study.tables(book / "data"), book, out / "data.zip")
    lite.publish(out)
    record.write_text(made_from, encoding="utf-8")


def fingerprint(book, folders):
    """Sum up all files in some folders of the book."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted((Path(book) / folder).rglob("*")):
            if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts):
                digest.update(f"{path.relative_to(book).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def pack(paths, book, target):
    """Put files of the book into a zip, dated 1980, so that the same files give the same bytes."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in paths:
            entry = zipfile.ZipInfo(path.relative_to(book).as_posix())
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def setup(app):
    app.add_html_math_renderer("mathml", (lean.formula, None), (lean.formula, None))
    app.add_js_file(None, body=SCRIPT + accessible.SCRIPT)
    app.connect("html-page-context", add_charts)
    app.connect("config-inited", link_to_repository)
    app.connect("source-read", read_notebook)
    app.connect("build-finished", finish)
    # When a program or a style changes, all pages are built again.
    return {"parallel_read_safe": True, "env_version": fingerprint(app.srcdir, ["_ext", "_static"])}
