"""What the pages of the built book say, without what paper cannot do."""

import functools
import html
import posixpath
import re
from urllib.parse import urldefrag, urlsplit

import practice
import yaml
from lxml.html import fromstring, tostring

from ..shared import charts
from ..shared.source import BOOK
from . import selftests

HTML = BOOK / "_build" / "html"
SHORT = 25  # rows or lines of a table or a listing that is not split between pages


@functools.cache
def page_names():
    """Return the name and the part of every page of the book, in order: ("chapters/01-the-study", "The study")."""
    toc = yaml.safe_load((BOOK / "_toc.yml").read_text(encoding="utf-8"))
    found = {toc["root"]: ""}
    for part in toc.get("parts", [toc]):
        found.update(dict.fromkeys(_files(part), part.get("caption", "")))
    missing = [name for name in found if not (HTML / f"{name}.html").exists()]
    if missing:
        raise FileNotFoundError(f"{missing[0]}.html is not in {HTML}: run make book first.")
    return found


def _files(entry):
    """Go through the pages below an entry of the table of contents, which may also lead elsewhere."""
    for below in [*entry.get("chapters", []), *entry.get("sections", [])]:
        if "file" in below:
            yield below["file"]
        yield from _files(below)


def chapters():
    """Return the numbers of the book's chapters that have questions, and so a worksheet."""
    return [number for number in map(_number, page_names()) if number in practice.chapters()]


def article(name):
    """Read what a page says, without what paper cannot do.

    Parameters
    ----------
    name : str
        The page's name, such as ``"chapters/07-signed-rank"``.

    Returns
    -------
    lxml.html.HtmlElement
        The page's outermost section. Its ids begin with the page's name, links to other pages of the book lead to
        these ids, and links to files beside the book are plain words.
    """
    text = (HTML / f"{name}.html").read_text(encoding="utf-8")
    found = fromstring(text).xpath("//article//section")[0]
    for form in found.xpath(".//form[@class='quiz']"):
        form.addnext(fromstring(selftests.with_pencil(_number(name))))
        for useless in form.xpath(".|../script"):
            useless.drop_tree()
    for useless in found.xpath(".//style"):  # for screens, of tables, charts and self-tests
        useless.drop_tree()
    for kind in (
        "headerlink",
        "run",
        "for-class",
        "hide",
        "toctree-wrapper",
        "live",
        "reply",
        "reply-tray",
        "marking",
        "own-survey",
    ):
        for useless in found.find_class(kind):
            useless.drop_tree()
    for cell in found.find_class("cell"):
        if not len(cell):  # nothing of it is shown
            cell.drop_tree()
    for number, figure in enumerate(found.find_class("chart"), 1):
        _rename_chart(figure, f"chart-{anchor(name)}-{number}")
    for formula in found.iter("math"):  # Chromium tags it as a picture then, and keeps its words
        formula.set("role", "img")
        formula.set("aria-label", formula.get("alttext"))
    for long in found.iter("table", "pre"):
        if len(long.findall(".//tr") or long.text_content().splitlines()) <= SHORT:
            long.classes.add("short")
    for tag in found.xpath(".//*[@id and not(ancestor::figure)]"):
        tag.set("id", anchor(name, tag.get("id")))
    for image in found.xpath(".//img[not(contains(@src, ':'))]"):
        image.set("src", "/" + posixpath.normpath(posixpath.join(posixpath.dirname(name), image.get("src"))))
    for link in found.xpath(".//a[@href]"):
        target, fragment = urldefrag(link.get("href"))
        to = posixpath.normpath(posixpath.join(posixpath.dirname(name), target or f"{name.split('/')[-1]}.html"))
        if to.removesuffix(".html") in page_names():
            link.set("href", "#" + anchor(to.removesuffix(".html"), fragment))
        elif not urlsplit(target).scheme:
            link.drop_tag()
    return found


def _rename_chart(figure, name):
    """Drop a chart's table, and name its container anew: two charts may have one name in the book.

    The picture has words for those who cannot see it; the figure around it is no picture, and needs none.
    """
    figure.set("role", "group")
    figure.find("details").drop_tree()
    container, script = figure.find("div"), figure.find("script")
    if container is None or container.get("id") not in script.text:
        raise ValueError(f"A chart's script does not name its container: {charts.ADAPT}")
    script.text = script.text.replace(container.get("id"), name)
    container.set("id", name)


def anchor(name, fragment=""):
    """Make an id that is one of a kind in the whole book from a page's name and an id there."""
    return "--".join(filter(None, [name.removeprefix("chapters/").replace("/", "-"), fragment]))


def outer_html(tag):
    """Return the HTML of an element."""
    return tostring(tag, encoding="unicode", with_tail=False)


def inner_html(tag):
    """Return the HTML of what is inside an element."""
    return html.escape(tag.text or "", quote=False) + "".join(tostring(child, encoding="unicode") for child in tag)


def heading(section):
    """Return the words of a section's own heading, as plain text."""
    return section.xpath("string(*[self::h1 or self::h2 or self::h3])")


def _number(name):
    """Return the number of a chapter by its page's name, or None if the page is no chapter."""
    found = re.search(r"/(\d\d)-[^/]*$", name)
    return found and int(found[1])
