"""From a page of HTML to a PDF, by Chromium, which keeps links, bookmarks and the words for charts and formulas."""

import html
import io
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import pikepdf

from ..shared import charts
from ..shared.source import AUTHOR, COPYRIGHT
from .articles import HTML

HERE = Path(__file__).resolve().parent
FONTS = resources.files("sphinx_revealjs") / "_static" / "revealjs" / "dist" / "theme" / "fonts" / "source-sans-pro"
PAGE, PRINTING = (HERE / "page.html").read_text(encoding="utf-8"), (HERE / "paper.js").read_text(encoding="utf-8")


def whole_page(title, running, body):
    """Put a whole page of HTML together."""
    script = charts.loader_for(body)
    return PAGE.format(title=html.escape(title), running=running, script=script, printing=PRINTING, body=body)


def to_pdf(browser, text):
    """Print a page of HTML.

    Parameters
    ----------
    browser : playwright.sync_api.Browser
    text : str
        The page, as from `whole_page`.

    Returns
    -------
    bytes
        A tagged PDF with bookmarks; the same page gives the same bytes.
    """
    refused = []
    if not FONTS.is_dir():
        raise FileNotFoundError(f"sphinx-revealjs has no fonts at {FONTS}: adapt _ext/paper/pdf.py to this version of it.")

    def serve(route):
        path = urlsplit(route.request.url).path
        file = HERE / "paper.css" if path == "/paper.css" else HTML / path[1:]
        file = FONTS / Path(path).name if path.startswith("/fonts/") else file
        if path == "/":
            route.fulfill(body=text, content_type="text/html; charset=utf-8")
        elif route.request.url.startswith("http://book/") and file.is_file():
            route.fulfill(path=str(file))
        else:
            refused.append(route.request.url)
            route.abort()

    with browser.new_page() as tab:
        tab.set_default_timeout(300_000)
        tab.route("**/*", serve)
        tab.emulate_media(media="print")
        tab.goto("http://book/")
        tab.evaluate("paper.prepare()")
        if refused:
            raise ValueError(f"The page asks for what is not in {HTML}: {refused[0]}. Run make book first.")
        wide = tab.evaluate("paper.tooWide()")
        if wide:
            raise ValueError(f"This is wider than the page. Shorten it, or let it wrap: {wide[0]}")
        _fill(tab, _print(tab, tagged=False))
        pdf = _print(tab)
        while _fill(tab, pdf):
            pdf = _print(tab)
        return tidy(pdf, tab.evaluate("paper.headings()"), tab.evaluate("paper.formulas()"))


def _print(tab, tagged=True):
    return tab.pdf(prefer_css_page_size=True, print_background=True, tagged=tagged, outline=tagged)


def _fill(tab, pdf):
    """Put the page numbers of this print into the page, and return how many of them are new."""
    return tab.evaluate("numbers => paper.fill(numbers)", page_numbers(pdf))


def page_numbers(pdf):
    """Return the number of the page on which each target of a link is."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        numbers = {page.objgen: number for number, page in enumerate(file.pages, 1)}
        return {name[1:]: numbers[target[0].objgen] for name, target in file.Root.get("/Dests", {}).items()}


def tidy(pdf, headings, formulas):
    """Say whose book it is, leave out when and with what it was printed, and pack it.

    Chromium leaves out the blank where a heading turns into its next line, so bookmarks get the headings' own words.
    It knows no formulas, so those pictures that have a formula's words are tagged as formulas.
    """
    formulas = set(formulas)
    with pikepdf.open(io.BytesIO(pdf)) as file:
        title = file.docinfo["/Title"]
        del file.docinfo
        file.docinfo["/Title"] = title
        file.docinfo["/Author"] = AUTHOR
        file.docinfo["/Subject"] = COPYRIGHT
        for bookmark, words in zip(_bookmarks(file.Root.Outlines), headings, strict=True):
            bookmark.Title = words
        for part in structure(file):
            if part.S == "/Figure" and str(part.Alt) in formulas:
                part.S = pikepdf.Name.Formula
        number_heads(file)
        packed = io.BytesIO()
        file.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return packed.getvalue()


def _bookmarks(parent):
    """Go through the bookmarks in the order of the pages."""
    bookmark = parent.get("/First")
    while bookmark is not None:
        yield bookmark
        yield from _bookmarks(bookmark)
        bookmark = bookmark.get("/Next")


def structure(file):
    """Go through all elements of the tree that says what is what."""
    waiting = [file.Root.StructTreeRoot.K]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Array):
            waiting.extend(thing)
        elif isinstance(thing, pikepdf.Dictionary) and "/S" in thing:
            yield thing
            waiting.extend([thing.K] if "/K" in thing else [])


def number_heads(file):
    """Number the heads of tables anew, which their cells name: Chromium's numbers depend on how busy it is."""
    heads = [part for part in structure(file) if "/ID" in part]
    names = {str(head.ID): f"head{number:05}" for number, head in enumerate(heads, 1)}
    for part in structure(file):
        for kind in part.get("/A", []):
            if "/Headers" in kind:
                kind.Headers = pikepdf.Array([names[str(name)] for name in kind.Headers])
    tree = pikepdf.Array()
    for head in heads:
        head.ID = names[str(head.ID)]
        tree.extend([head.ID, head])
    file.Root.StructTreeRoot.IDTree = pikepdf.Dictionary(Names=tree)
