"""The book on paper: one PDF of all of it, and a worksheet for each chapter.

Both are made from the pages of the built book, so that they say what the pages say. The whole book becomes a single
page, which Chromium prints at once: so links between chapters, bookmarks, and the words for charts and formulas are
kept. Solutions and the key to the self-tests, which are folded on the screen, move to the end. A worksheet has a
chapter's objectives, questions, exercises with room to write, and cheat sheet; no answer is in it.

As a program: ``pdf.py [FOLDER]`` writes them into a folder, by default ``_build/pdf``.
"""

import functools
import hashlib
import html
import io
import json
import posixpath
import re
import sys
from collections import namedtuple
from importlib import resources
from itertools import groupby
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import pikepdf
import yaml
from lxml.html import fromstring, tostring
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
BOOK = HERE.parent
HTML = BOOK / "_build" / "html"
FONTS = resources.files("sphinx_revealjs") / "_static" / "revealjs" / "dist" / "theme" / "fonts" / "source-sans-pro"
sys.path[:0] = [str(BOOK / "chapters"), str(BOOK / "tests")]

import about  # noqa: E402
import charts  # noqa: E402
import practice  # noqa: E402
from browser import launch  # noqa: E402

SHORT = 25  # rows or lines of a table or a listing that is not split between pages
LINES = {"compute": 4, "explain": 7, "judge": 9, "write": 12}  # to write on, for an exercise that asks for words


# --- from the built book ------------------------------------------------------------------------


@functools.cache
def pages():
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
    asked = {int(path.stem) for path in (BOOK / "chapters" / "quizzes").glob("*.txt")}
    return [number for number in map(_number, pages()) if number in asked]


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
        form.addnext(fromstring(questions(_number(name))))
        for useless in form.xpath(".|../script"):
            useless.drop_tree()
    for useless in found.xpath(".//style"):  # for screens, of tables, charts and self-tests
        useless.drop_tree()
    for kind in ("headerlink", "run", "for-class", "hide", "toctree-wrapper"):
        for useless in found.find_class(kind):
            useless.drop_tree()
    for cell in found.find_class("cell"):
        if not len(cell):  # nothing of it is shown
            cell.drop_tree()
    for place, figure in enumerate(found.find_class("chart"), 1):
        _chart(figure, f"chart-{anchor(name)}-{place}")
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
        target, place = urldefrag(link.get("href"))
        to = posixpath.normpath(posixpath.join(posixpath.dirname(name), target or f"{name.split('/')[-1]}.html"))
        if to.removesuffix(".html") in pages():
            link.set("href", "#" + anchor(to.removesuffix(".html"), place))
        elif not urlsplit(target).scheme:
            link.drop_tag()
    return found


def _chart(figure, name):
    """Drop a chart's table, and name its place anew: the same chart may be on two pages, and on one it needs two names.

    The picture has words for those who cannot see it; the figure around it is no picture, and needs none.
    """
    figure.set("role", "group")
    figure.find("details").drop_tree()
    place, script = figure.find("div"), figure.find("script")
    script.text = script.text.replace(place.get("id"), name)
    place.set("id", name)


def anchor(name, place=""):
    """Make an id that is one of a kind in the whole book from a page's name and an id there."""
    return "--".join(filter(None, [name.removeprefix("chapters/").replace("/", "-"), place]))


def source(tag):
    """Return the HTML of an element."""
    return tostring(tag, encoding="unicode", with_tail=False)


def inside(tag):
    """Return the HTML of what is inside an element."""
    return html.escape(tag.text or "", quote=False) + "".join(tostring(child, encoding="unicode") for child in tag)


def heading(section):
    """Return the words of a section's own heading, as plain text."""
    return section.xpath("string(*[self::h1 or self::h2 or self::h3])")


def _number(name):
    """Return the number of a chapter by its page's name, or None if the page is no chapter."""
    found = re.search(r"/(\d\d)-[^/]*$", name)
    return found and int(found[1])


# --- questions ----------------------------------------------------------------------------------


def questions(chapter):
    """Write a chapter's self-test as HTML, for a pencil."""
    items = ""
    for question in practice.questions(chapter):
        note = " (More than one may be right.)" if question.kind == "several" else ""
        box = "☐" if question.kind == "several" else "○"
        options = "".join(
            f"<li>{box} {letter}) {practice.to_html(option.text)}</li>"
            for letter, option in zip("abcdefgh", question.options)
        )
        body = f'<ul class="options">{options}</ul>' if options else '<p>Your answer: <span class="blank"></span></p>'
        number = question.name.split(".")[1]
        text = practice.to_html(question.text)
        items += f'<li class="compound"><p class="question">{number}. {text}{note}</p>{body}</li>'
    return f'<ul class="questions" data-chapter="{chapter}">{items}</ul>'


def key(chapter):
    """Write the key to a chapter's self-test as HTML: what is right, and what to say to each option."""
    items = ""
    for question in practice.questions(chapter):
        number = question.name.split(".")[1]
        if question.kind == "number":
            near = f" (within {question.within:g})" if question.within else ""
            value = f"{question.value:g}{near}".replace("-", "−")
            right, wrong = map(practice.to_html, question.say)
            said = [f"<b>✓ {value}</b> {right}", f"✗ {wrong}"]
        else:
            said = [
                (f"<b>✓ {letter})</b> " if option.right else f"✗ {letter}) ") + practice.to_html(option.say)
                for letter, option in zip("abcdefgh", question.options)
            ]
        options = "".join(f"<li>{say}</li>" for say in said)
        body = f'<ul class="options">{options}</ul>'
        items += f'<li class="compound"><p class="question">Question {number}</p>{body}</li>'
    return f'<ul class="questions key">{items}</ul>'


# --- the whole book -----------------------------------------------------------------------------

SHEET = """<section class="sheet {name}" id="{name}" style="page: sheet-{name}">
{body}
</section>
"""
TITLE = """<h1>{title}</h1>
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

Sheet = namedtuple("Sheet", "name part body")  # what begins on a page of its own


def book():
    """Put the whole book into one page of HTML: title, contents, all pages in order, solutions and key."""
    sheets = [Sheet(anchor(name), part, article(name)) for name, part in pages().items()]
    answers = "".join(_take_answers(sheet.body, sheet.name) for sheet in sheets)
    title = _take_title(sheets[0].body, answers)
    if answers:
        answers = f"<section><h1>Worked solutions and key</h1>{answers}</section>"
        sheets.append(Sheet("solutions", "Answers", fromstring(answers)))
    sheets.insert(0, Sheet("contents", "", fromstring(_contents(sheets))))
    body = SHEET.format(name="title", body=title)
    running = ""
    for name, part, sheet in sheets:
        body += SHEET.format(name=name, body=_label(part) + source(sheet))
        running += HEAD.format(name=name, title=json.dumps(heading(sheet), ensure_ascii=False))
    return page(about.TITLE, running, body)


def _take_title(body, answers):
    """Take the title out of the first page, which is then about the book, and return the title page.

    The subtitle is what follows in italics; a box of the class "important" gives one more line, its own title.
    """
    title, subtitle = body.find("h1"), body.xpath("./h1/following-sibling::*[1][self::p][normalize-space() = em]")
    notice = body.xpath("string(.//div[contains(@class, 'important')]/p[contains(@class, 'admonition-title')])")
    words = TITLE.format(
        title=inside(title),
        subtitle="".join(f'<p class="under">{inside(line)}</p>' for line in subtitle),
        notice=f"<p>{html.escape(notice)}.</p>" if notice else "",
        author=html.escape(about.AUTHOR),
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
        taken += _answer(asked, f"{name}--key", "Questions", key(int(asked.get("data-chapter"))))
    for place, solution in enumerate(body.find_class("solution"), 1):
        there = f"{name}--solution-{place}"
        solution.find("summary").drop_tree()
        taken += _answer(solution, there, "Exercise", inside(solution))
        solution.addnext(fromstring(_turn("Worked solution", there)))
        solution.drop_tree()
    return taken and f'<section id="{name}--answers"><h2>{inside(body.find("h1"))}</h2>{taken}</section>'


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
    said = "".join(source(article(name)) for name in pages())
    return citation.get("version") or hashlib.sha256(said.encode()).hexdigest()[:8]


# --- worksheets ---------------------------------------------------------------------------------

WORKSHEET = """<p class="part">Worksheet</p>
<h1>{title}</h1>
<p class="who">Name <span></span> Date <span></span></p>
{sections}"""
SECTION = """<section>
<h2>{heading}</h2>
{body}
</section>
"""


def worksheet(chapter):
    """Put a chapter's worksheet into one page of HTML: objectives, questions, exercises, room to write, cheat sheet.

    Parameters
    ----------
    chapter : int
        Its number.
    """
    path = practice.chapter_path(chapter)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    body = article(f"chapters/{path.stem}")
    title = heading(body)
    for useless in [*body.find_class("solution"), *body.xpath(".//p[strong='Next:']")]:
        useless.drop_tree()
    for link in body.xpath(".//a[starts-with(@href, '#')]"):
        link.drop_tag()
    sections = {heading(section).split(" ·")[0]: section for section in body.iter("section")}
    places = answer_places(cells)
    exercises = ""
    for exercise in practice.exercises(cells):
        section = sections.get(f"Exercise {exercise.name}")
        if section is None:
            raise ValueError(f"The built book lacks exercise {exercise.name} of {path.name}: run make book first.")
        exercises += f'<div class="exercise">{source(section)}{room(exercise.kind, places[exercise.name])}</div>'
    objectives = "".join(f"<li>{practice.to_html(text)}</li>" for text in practice.objectives(cells))
    parts = {
        "Objectives": objectives and f"<ol>{objectives}</ol>",
        "Test yourself": questions(chapter),
        "Exercises": exercises,
    }
    words = "".join(SECTION.format(heading=name, body=part) for name, part in parts.items() if part)
    if "Cheat sheet" in sections:
        words += source(sections["Cheat sheet"])
    words = WORKSHEET.format(title=html.escape(title), sections=words)
    foot = f"Worksheet {chapter} · {about.TITLE} · {about.COPYRIGHT} · edition {edition()}"
    running = FOOT.format(name="worksheet", words=json.dumps(foot, ensure_ascii=False))
    return page(f"Worksheet {title}", running, SHEET.format(name="worksheet", body=words))


def answer_places(cells):
    """Say for each exercise what kinds of cells are tagged as places for an answer: "code", "markdown", or both."""
    found, name = {}, None
    for cell in cells:
        start = re.match(r"### Exercise (\d+\.\d+)", "".join(cell["source"]))
        if start:
            name = start[1]
            found[name] = set()
        elif name and "answer" in cell["metadata"].get("tags", []):
            found[name].add(cell["cell_type"])
    return found


def room(kind, places):
    """Write the room for an answer as HTML: a box to work in for a value, and lines for words."""
    box = '<div class="working"></div>' if places == {"code"} and kind == "compute" else ""
    value = '<p>Answer: <span class="blank"></span></p>' if "code" in places else ""
    lines = LINES[kind] if places != {"code"} or kind != "compute" else 0
    return f'<div class="room">{box}{value}{"<div class=line></div>" * lines}</div>'


# --- from HTML to PDF ---------------------------------------------------------------------------

PAGE = """<!doctype html>
<html lang="en" data-theme="light" data-content_root="/">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/_static/pygments.css">
<link rel="stylesheet" href="/_static/formulas.css">
<link rel="stylesheet" href="/_static/book.css">
<link rel="stylesheet" href="/pdf.css">
<style>{running}</style>
<script>{script}</script>
<script src="/_static/vega.js"></script>
<script>{drawings}</script>
</head>
<body>
<main class="bd-article">
{body}
</main>
</body>
</html>
"""
HEAD = """@page sheet-{name} {{
  @top-right {{ content: {title} }}
  @bottom-center {{ content: counter(page) }}
}}
"""
FOOT = """@page sheet-{name} {{
  @bottom-left {{ content: {words} }}
  @bottom-right {{ content: counter(page) " of " counter(pages) }}
}}
"""
# Collects what is drawn. Vega measures words, so the fonts have to be there before.
DRAWINGS = """
const drawings = [];
const draw = window.vegaEmbed;
const faces = ["", "italic ", "600 ", "italic 600 "].map(face => document.fonts.load(face + "13px 'Source Sans Pro'"));
window.vegaEmbed = (place, spec, options) => {
  spec.config ??= {};
  spec.config.font = getComputedStyle(document.body).fontFamily;
  const drawing = Promise.all(faces).then(() => draw(place, spec, options));
  drawings.push(drawing);
  return drawing;
};
"""
# Waits for all charts and fonts.
PREPARE = """async () => {
  for (const { view } of await Promise.all(drawings)) view.finalize();  // or it draws again while it is printed
  await Promise.all(faces);
  await document.fonts.ready;
}"""
# Returns what is wider than the page.
TOO_WIDE = """() => {
  const edge = document.querySelector("main").getBoundingClientRect().right + 0.5;
  const right = element => {
    const box = element.getBoundingClientRect();
    return box.left + Math.max(box.width, element.scrollWidth);
  };
  return [...document.querySelectorAll("main *")]
    .filter(element => !element.closest("svg *, math *") && right(element) > edge)
    .reverse()  // the innermost first
    .map(element => [element.closest(".sheet").id, element.localName, element.textContent.trim().slice(0, 60)])
    .map(where => where.join(", "));
}"""
# Puts page numbers in, and returns how many of them are new.
FILL = """pages => [...document.querySelectorAll("[data-page]")].filter(place => {
  const before = place.textContent;
  place.textContent = pages[place.dataset.page];
  return place.textContent !== before;
}).length"""
HEADINGS = "() => [...document.querySelectorAll('h1, h2, h3')].map(heading => heading.textContent)"
FORMULAS = "() => [...document.querySelectorAll('math')].map(formula => formula.ariaLabel)"


def page(title, running, body):
    """Put a whole page of HTML together."""
    script = charts.script(body)
    return PAGE.format(title=html.escape(title), running=running, script=script, drawings=DRAWINGS, body=body)


def to_pdf(browser, text):
    """Print a page of HTML.

    Parameters
    ----------
    browser : playwright.sync_api.Browser
    text : str
        The page, as from `book` or `worksheet`.

    Returns
    -------
    bytes
        A tagged PDF with bookmarks; the same page gives the same bytes.
    """
    refused = []

    def serve(route):
        path = urlsplit(route.request.url).path
        file = HERE / "pdf.css" if path == "/pdf.css" else HTML / path[1:]
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
        tab.evaluate(PREPARE)
        if refused:
            raise ValueError(f"The page asks for what is not in {HTML}: {refused[0]}. Run make book first.")
        wide = tab.evaluate(TOO_WIDE)
        if wide:
            raise ValueError(f"This is wider than the page. Shorten it, or let it wrap: {wide[0]}")
        tab.evaluate(FILL, page_numbers(_print(tab, tagged=False)))
        pdf = _print(tab)
        while tab.evaluate(FILL, page_numbers(pdf)):
            pdf = _print(tab)
        return finish(pdf, tab.evaluate(HEADINGS), tab.evaluate(FORMULAS))


def _print(tab, tagged=True):
    return tab.pdf(prefer_css_page_size=True, print_background=True, tagged=tagged, outline=tagged)


def page_numbers(pdf):
    """Return the number of the page on which each target of a link is."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        numbers = {page.objgen: number for number, page in enumerate(file.pages, 1)}
        return {name[1:]: numbers[place[0].objgen] for name, place in file.Root.get("/Dests", {}).items()}


def finish(pdf, headings, formulas):
    """Say whose book it is, leave out when and with what it was printed, and pack it.

    Chromium leaves out the blank where a heading turns into its next line, so bookmarks get the headings' own words.
    It knows no formulas, so those pictures that have a formula's words are tagged as formulas.
    """
    formulas = set(formulas)
    with pikepdf.open(io.BytesIO(pdf)) as file:
        title = file.docinfo["/Title"]
        del file.docinfo
        file.docinfo["/Title"] = title
        file.docinfo["/Author"] = about.AUTHOR
        file.docinfo["/Subject"] = about.COPYRIGHT
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


def make(out):
    """Write the book and the worksheets into the folder ``out``; yield each file's path when it is there."""
    out = Path(out)
    (out / "worksheets").mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, launch(playwright) as browser:
        yield _write(out / f"{about.SLUG}.pdf", to_pdf(browser, book()))
        for chapter in chapters():
            path = out / "worksheets" / f"{practice.chapter_path(chapter).stem}.pdf"
            yield _write(path, to_pdf(browser, worksheet(chapter)))


def _write(path, pdf):
    path.write_bytes(pdf)
    return path


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else BOOK / "_build" / "pdf")
    for path in make(folder):
        with pikepdf.open(path) as file:
            print(f"{path}: {len(file.pages)} pages, {path.stat().st_size / 1e6:.1f} MB", flush=True)
