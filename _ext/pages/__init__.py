"""The pages of the book: the Sphinx extension that this book needs besides Jupyter Book's own.

In come the chapters, as notebooks and Markdown, and the HTML that Sphinx and the theme make of them. Out come pages that
work without a network, also from a folder; that are light; and that everyone can use. With them goes all that is offered
on them: what a class needs, the notebooks for the browser, the data as a zip.

- ``chapters.py`` prepares a notebook before Sphinx reads it.
- ``body.py`` mends what Sphinx made of it, ``templates/`` what the theme puts around it, and ``static/page.js`` what only
  the open page can know. A mend that finds nothing to mend fails and says so.
- ``fonts.py`` cuts the fonts down to the icons and letters that the pages show.

Entry: `setup`, which Sphinx calls.
"""

import os
import pickle
import shutil
import sys
from pathlib import Path

from docutils import nodes
from myst_nb.sphinx_ext import add_global_html_resources
from prepost.files import write_zip
from sphinx.application import ENV_PICKLE_FILENAME
from sphinx.search import js_index
from sphinx.util import logging

from .. import browser, classroom, live, ourselves, survey
from ..shared import charts, source, tables
from ..shared.formulas import mathml
from . import body, fonts
from .chapters import prepare

logger = logging.getLogger(__name__)
HERE = Path(__file__).resolve().parent
FRONT = (HERE / "front.html").read_text(encoding="utf-8")


def setup(app):
    """Let Sphinx call the functions of this room."""
    app.add_html_math_renderer("mathml", (write_formula, None), (write_formula, None))
    app.add_js_file("page.js")
    app.connect("config-inited", configure)
    app.connect("builder-inited", copy_style_early)
    app.connect("source-read", prepare_notebook)
    app.connect("html-page-context", complete_page)
    app.connect("build-finished", complete_book)
    app.not_live = live.engine.fetch()
    survey.setup(app)
    ourselves.setup(app)
    # When a program or a style changes, all pages are built again.
    made_of = f"{source.fingerprint(app.srcdir, ['_ext', '_static'])} {'without' if app.not_live else 'with'} a button"
    return {"parallel_read_safe": True, "env_version": made_of}


def configure(app, config):
    """Add this room's templates and script, and buttons to the repository and to Binder, if there is a repository."""
    here = os.path.relpath(HERE, app.confdir)  # no path of this machine: both settings go into a hash in .buildinfo
    # In the same folders as in the theme, and before the theme's.
    config.templates_path[:0] = [f"{here}/templates", f"{here}/templates/components"]
    config.html_static_path += [f"{here}/static", *(os.path.relpath(room.STATIC, app.confdir) for room in (live, ourselves))]
    config.html_theme_options["back_to_top_button"] = False  # templates/layout.html has one in a landmark
    address = source.repository(app.srcdir)
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
    if source.published(address):  # Binder reaches public repositories only
        binder = {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"}
        config.html_theme_options["launch_buttons"] = binder


def copy_style_early(app):
    """Let MyST-NB copy its style before the pages, not after: how a page names a style depends on whether it is there."""
    if app.builder.format == "html":
        (Path(app.outdir) / "_static").mkdir(parents=True, exist_ok=True)
        add_global_html_resources(app, None)


def prepare_notebook(app, docname, text):
    """Prepare the source of a page, if it is a notebook."""
    if Path(app.env.doc2path(docname)).suffix == ".ipynb":
        text[0] = prepare(text[0], docname)
        if (number := docname.removeprefix("chapters/")[:2]).isdecimal():
            for path in live.fields.made_from(int(number)):
                app.env.note_dependency(str(path))


def write_formula(writer, node):
    """Write a formula of a page."""
    block = isinstance(node, nodes.math_block)
    tag = "div" if block else "span"
    writer.body.append(f'<{tag} class="math">{mathml(node.astext(), block)}</{tag}>')
    raise nodes.SkipNode


def complete_page(app, pagename, templatename, context, doctree):
    """Mend the body of a page, and give it the scripts and styles that what is in it needs."""
    if not context.get("body"):  # of the search
        return
    if '<figure class="chart">' in context["body"]:
        app.add_js_file(None, body=charts.loader_for(context["body"]))
    live.complete(app, pagename, context, live=not app.not_live)
    context["has_formulas"] = "<math" in context["body"]  # see templates/layout.html
    context["body"] = body.mend(context["body"], pagename)


def complete_book(app, exception):
    """Add what belongs to the book as a whole."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = [path for path in (out / f"{name}.html" for name in sorted([*app.env.found_docs, "search"])) if path.exists()]
    for path in set((out / "chapters").rglob("*.html")) - set(pages):
        path.unlink()  # of a chapter that was left out
    body.check_frames(pages)
    fonts.write(out / "_static", pages)
    charts.write_vega(out / "_static")
    front = FRONT.format(title=app.config.html_title, root=app.config.root_doc)
    (out / "index.html").write_text(front, encoding="utf-8")
    make_for_class(app, out)
    if app.not_live:
        print(f"The pages have no button to make them live, because {app.not_live}.", file=sys.stderr)
    else:
        live.engine.write(out)
    if left_out := tables.left_out(Path(app.srcdir) / "data"):
        print(left_out, file=sys.stderr)
    keep_search(app, out / "searchindex.js")


def keep_search(app, path):
    """Let the search after a build of what has changed be that after a whole build.

    Sphinx stores its environment before it writes the pages, and finds some entries for the search while it writes them:
    so the environment is stored again. And it keeps words that no page has any more, with no pages to them.
    """
    (Path(app.doctreedir) / ENV_PICKLE_FILENAME).write_bytes(pickle.dumps(app.env, pickle.HIGHEST_PROTOCOL))
    index = js_index.loads(path.read_text(encoding="utf-8"))
    for kind in ("terms", "titleterms"):
        index[kind] = {word: pages for word, pages in index[kind].items() if pages != []}  # 0 is a page
    path.write_text(js_index.dumps(index), encoding="utf-8")


def make_for_class(app, out):
    """Make what the pages offer to a class, unless it was made from the same."""
    book, record = Path(app.srcdir), Path(app.doctreedir) / "for-class.txt"
    address = source.published(source.repository(book))
    folders = source.fingerprint(book, ["_ext", "_static", "chapters", "data"])
    made_from = f"{folders} {address} {os.environ.get('PYODIDE')}"
    if record.exists() and record.read_text(encoding="utf-8") == made_from and (out / "lite").exists():
        return
    for name in ("class", "slides", "lms"):
        shutil.rmtree(out / name, ignore_errors=True)
    classroom.write(out, address)
    files = ((path.relative_to(book).as_posix(), path.read_bytes()) for path in tables.tables(book / "data"))
    write_zip(out / "data.zip", files)
    browser.publish(out)
    record.write_text(made_from, encoding="utf-8")
