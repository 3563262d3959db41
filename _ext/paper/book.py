"""The whole book as one page of HTML: title, contents, all pages in order, solutions and key."""

import functools
import hashlib
import html
import json
from collections import namedtuple
from itertools import groupby

import yaml
from lxml.html import fromstring

from ..shared.source import AUTHOR, BOOK, TITLE
from . import selftests
from .articles import anchor, article, heading, inner_html, outer_html, page_names
from .pdf import whole_page

SHEET = """<section class="sheet {name}" id="{name}" style="page: sheet-{name}">
{body}
</section>
"""
TITLE_PAGE = """<h1>{title}</h1>
{subtitle}{notice}
<div class="imprint">
<p>{author}<br>Edition {edition}</p>
<p>Text and data: <a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>. Code: MIT licence.</p>
</div>"""
ON_PAPER = """<section>
<h2>On paper</h2>
<p>This is the whole book as it is printed.
A chart with a slider is shown as it opens.
The numbers behind a chart and the code that draws it are only in the book on the screen.{end}</p>
</section>"""
AT_THE_END = """
<a href="#solutions">Worked solutions and the key to the self-tests</a> are at the end, from page {page} on."""
ENTRY = """<li><p class="entry"><a href="#{name}">{title}</a><i></i>{page}</p>
<p class="sections">{sections}</p></li>
"""
TURN = '<p class="turn"><a href="#{there}">{words}</a>, page {page}</p>'
NUMBER = '<span class="number" data-page="{}">000</span>'  # of a page, put in when it is known

HEAD = """@page sheet-{name} {{
  @top-right {{ content: {title} }}
  @bottom-center {{ content: counter(page) }}
}}
"""

Sheet = namedtuple("Sheet", "name part body")  # what begins on a page of its own


def whole_book():
    """Put the whole book into one page of HTML: title, contents, all pages in order, solutions and key."""
    sheets = [Sheet(anchor(name), part, article(name)) for name, part in page_names().items()]
    answers = "".join(_take_answers(sheet.body, sheet.name) for sheet in sheets)
    title = _take_title(sheets[0].body, answers)
    if answers:
        answers = f"<section><h1>Worked solutions and key</h1>{answers}</section>"
        sheets.append(Sheet("solutions", "Answers", fromstring(answers)))
    sheets.insert(0, Sheet("contents", "", fromstring(_contents(sheets))))
    body = SHEET.format(name="title", body=title)
    running = ""
    for name, part, sheet in sheets:
        body += SHEET.format(name=name, body=_label(part) + outer_html(sheet))
        running += HEAD.format(name=name, title=json.dumps(heading(sheet), ensure_ascii=False))
    return whole_page(TITLE, running, body)


def _take_title(body, answers):
    """Take the title out of the first page, which is then about the book, and return the title page.

    The subtitle is what follows in italics; a box of the class "important" gives one more line, its own title.
    """
    title, subtitle = body.find("h1"), body.xpath("./h1/following-sibling::*[1][self::p][normalize-space() = em]")
    notice = body.xpath("string(.//div[contains(@class, 'important')]/p[contains(@class, 'admonition-title')])")
    words = TITLE_PAGE.format(
        title=inner_html(title),
        subtitle="".join(f'<p class="under">{inner_html(line)}</p>' for line in subtitle),
        notice=f"<p>{html.escape(notice)}.</p>" if notice else "",
        author=html.escape(AUTHOR),
        edition=edition(),
    )
    title.text = "About this book"
    for line in subtitle:
        line.drop_tree()
    for section in body.findall("section"):
        if len(section) == 1:  # the list of chapters, for which there are the contents
            section.drop_tree()
    end = AT_THE_END.format(page=NUMBER.format("solutions")) if answers else ""
    body.append(fromstring(ON_PAPER.format(end=end)))
    return words


def _take_answers(body, name):
    """Take the solutions out of a page, and return them with the key to its self-test."""
    taken = ""
    for fold in [*body.find_class("hood"), *body.find_class("guess")]:  # paper has nothing to open
        fold.tag, fold.find("summary").tag = "div", "p"
    for asked in body.find_class("questions"):
        asked.addnext(fromstring(_turn("Answers", f"{name}--key")))
        taken += _answer(asked, f"{name}--key", "Questions", selftests.key(int(asked.get("data-chapter"))))
    for number, solution in enumerate(body.find_class("solution"), 1):
        there = f"{name}--solution-{number}"
        solution.find("summary").drop_tree()
        taken += _answer(solution, there, "Exercise", inner_html(solution))
        solution.addnext(fromstring(_turn("Worked solution", there)))
        solution.drop_tree()
    return taken and f'<section id="{name}--answers"><h2>{inner_html(body.find("h1"))}</h2>{taken}</section>'


def _answer(asked, here, words, answer):
    """Put an answer below the heading of what it answers, with the way back."""
    section = next(asked.iterancestors("section"))
    back = _turn(words, section.get("id"))
    return f'<section id="{here}"><h3>{html.escape(heading(section))}</h3>{back}{answer}</section>'


def _label(part):
    return f'<p class="part">{html.escape(part)}</p>' if part else ""


def _turn(words, there):
    return TURN.format(words=words, there=there, page=NUMBER.format(there))


def _contents(sheets):
    """List all pages with their sections, part by part."""
    listed = ""
    for part, of_part in groupby(sheets, lambda sheet: sheet.part):
        entries = ""
        for name, _, body in of_part:
            sections = [
                f'<a href="#{section.get("id")}">{html.escape(heading(section))}</a> {NUMBER.format(section.get("id"))}'
                for section in body.xpath("./section[@id and h2]")
            ]
            entries += ENTRY.format(
                name=name, title=html.escape(heading(body)), page=NUMBER.format(name), sections=" · ".join(sections)
            )
        listed += _label(part)
        listed += f"<ul>{entries}</ul>"
    return f"<section><h1>Contents</h1>{listed}</section>"


@functools.cache
def edition():
    """Name the edition: by the version that ``CITATION.cff`` gives, or else by a fingerprint of what the pages say."""
    citation = yaml.safe_load((BOOK / "CITATION.cff").read_text(encoding="utf-8"))
    words = "".join(outer_html(article(name)) for name in page_names())
    return citation.get("version") or hashlib.sha256(words.encode()).hexdigest()[:8]
