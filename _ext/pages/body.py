"""What Sphinx, MyST-NB, the theme and pandas leave undone on a page for readers with a keyboard or a screen reader.

`MENDS` are for what stands in the text of a page, `FRAMES` says what the templates in this room have to bring about
around it. What is mended was found by axe-core, by pressing Tab or by weighing; ``tests/test_pages.py`` looks again.
Where there is nothing to mend any more, a new version has changed what it makes: the build then names it.
"""

import re
from collections import namedtuple

from lxml.html import document_fromstring, fragment_fromstring, tostring
from lxml.html.builder import DIV, E
from sphinx.util import logging

from ..shared import charts

logger = logging.getLogger(__name__)
Mend = namedtuple("Mend", "where fault repair")  # each `where` holds a `fault`, or is one; both are CSS selectors


def remove_label(fold):
    """Let the name of a fold be what it shows, "Show the code", not "Toggle hidden content"."""
    del fold.attrib["aria-label"]


def hide_permalink(link):
    """Leave the "#" behind a heading to the mouse; the list of contents leads to the same places."""
    link.attrib.update({"aria-hidden": "true", "tabindex": "-1"})


def list_reference(reference):
    """Take the deprecated role from a reference; it stands in a list."""
    reference.set("role", "listitem")


def name_heads(table):
    """Say of each head cell whether it heads a column or a row. An empty one heads nothing."""
    if not _words(table.cssselect("thead th")[0]):  # Markdown knows no row heads: an empty corner stands for them
        for words in table.cssselect("tbody td:first-child > p:only-child"):
            if _words(words):
                words.getparent().tag = "th"
    for cell in table.cssselect("th"):
        if _words(cell):
            cell.set("scope", "row" if cell.xpath("ancestor::tbody") else "col")
        else:
            cell.tag = "td"
            cell.attrib.clear()
            cell[:] = []


def _words(cell):
    return cell.text_content().strip()


def name_table(table):
    """Name a table behind a chart after the chart, and put it into a box that can scroll."""
    (chart,) = table.xpath("ancestor::figure")
    number = chart.cssselect("details table").index(table) + 1
    table.set("aria-label", f"{chart.cssselect('figcaption b')[0].text_content()}, table {number}")
    box = DIV({"class": "chart-table"})
    table.addprevious(box)
    box.tail, table.tail = table.tail, None
    box.append(table)


def reserve_height(box):
    """Reserve the height of a chart before it is drawn, so that nothing below it moves then."""
    (title,) = box.xpath("../figcaption/b")
    (script,) = box.xpath("following-sibling::script")
    narrow, wide = charts.heights(charts.read_spec(script.text, title.text_content()))
    box.set("style", f"--narrow: {narrow}px; --wide: {wide}px")


def keep_numbers(words):
    """Make elements of the numbers behind a chart only when they are asked for, by page.js, or where no program runs."""
    kept = E.noscript(*words.itersiblings())
    words.addnext(kept)


def plain_words(word):
    """Leave names and punctuation in code as text, whose colour they have; with the operators they are a third of a page."""
    word.drop_tag()


MENDS = [
    Mend("details.hide", "summary[aria-label]", remove_label),
    Mend("h1, h2, h3, dl.glossary dt", "a.headerlink:not([tabindex])", hide_permalink),
    Mend("div.citation", "div[role=doc-biblioentry]", list_reference),
    Mend("table:is(.dataframe, .table)", "table:not(:has([scope]))", name_heads),
    Mend("figure.chart", "figcaption ~ div[id]:empty", reserve_height),
    Mend("figure.chart", "details table", name_table),
    Mend("figure.chart", "details > summary + p", keep_numbers),
    Mend(":root:has(.highlight :is(.kn, .nb, .n))", ".highlight :is(.n, .nn, .o, .p, .w)", plain_words),
]
# What is on every page when it is done, or on none, whether the templates bring it about or the theme.
FRAMES = {
    "static/webpack-macros.html": "html:not(:has(script[src*=fontawesome], link[rel=preload])) link[href*='_static/icons.css']",
    "layout.html": "html:not(:has(body > #pst-back-to-top)) nav[aria-label] > #pst-back-to-top",
    "sections/sidebar-primary.html": ".bd-sidebar-primary > [role=complementary][aria-label]",
    "components/search-field.html": ".search-button__wrapper form[role=search] input:not([id])",
    "components/toggle-primary-sidebar.html": "button.primary-toggle[title='All chapters']",
    "components/toggle-secondary-sidebar.html": "html:not(:has(button.secondary-toggle:not([title='On this page'])))",
    "components/page-toc.html": "html:not(:has(nav.page-toc:not([aria-label='On this page'])))",
}


def mend(text, pagename):
    """Mend the body of a page.

    Parameters
    ----------
    text : str
        Its HTML.
    pagename : str
        Its name, for the warnings about mends that are of no use any more.
    """
    page = fragment_fromstring(text, create_parent="div")
    for where, fault, repair in MENDS:
        for thing in page.cssselect(where):
            faults = thing.cssselect(fault)
            if not faults:
                words = "nothing to mend by %s in <%s>, where %r was expected: adapt MENDS in _ext/pages/body.py"
                logger.warning(words, repair.__name__, thing.tag, fault, location=pagename)
            for element in faults:
                repair(element)
    for printed in page.cssselect(".cell_output pre"):
        if re.search(r"\S {2,}\S", printed.text_content()):  # columns: set with blanks, they must not break
            printed.classes.add("columns")
    return (page.text or "") + "".join(tostring(part, encoding="unicode") for part in page)


def check_frames(pages):
    """Warn of each template that the theme does not take any more, or that no longer brings about what it should."""
    for path in pages:
        page = document_fromstring(path.read_text(encoding="utf-8"))
        for template, expected in FRAMES.items():
            if not page.cssselect(expected):
                words = "%s has no %r: adapt _ext/pages/templates/%s to this version of the theme"
                logger.warning(words, path.name, expected, template)
