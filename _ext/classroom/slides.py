"""Slides of every chapter, made from the chapter itself: its notebook and its quiz.

An educator who edits a chapter gets new slides without doing anything else. A deck shows, in the chapter's order: the
question, the objectives, every chart with its finding as the heading, every displayed formula, the misconceptions by
name, two questions to vote on, the key points, and what comes next. A cell tagged ``instructor`` goes into the
speaker's notes of the nearest slide of its section; any other cell tagged ``slide`` becomes one more slide.
"""

import html
import json
import math
import re
import shutil
from collections import namedtuple
from importlib import resources
from itertools import groupby
from pathlib import Path

import practice
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from ..shared import charts, source
from ..shared.citations import cite
from ..shared.formulas import mathml

HERE = Path(__file__).resolve().parent
DECK, LIST, TITLE, FIGURE = (
    (HERE / f"{name}.html").read_text(encoding="utf-8") for name in ("deck", "decks", "title", "figure")
)
ANSWER = '<div class="fragment answer" data-fragment-index="0">{}</div>'
REVEAL = ["dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js", "LICENSE"]  # of the package sphinx-revealjs
LEFT_OUT = {"answer", "hood", "solution", "remove-cell"}  # tags of cells that are never shown

Part = namedtuple("Part", "cell section heading kind content")  # of a notebook; cell is a number
Slide = namedtuple("Slide", "cell kind label heading body notes")  # label, heading and body as HTML


# --- words ------------------------------------------------------------------------------------


def _formula(latex, options):
    return mathml(latex.strip(), options["display_mode"])


def _role(self, tokens, index, options, env):
    """Turn MyST's roles into plain words: a term as it is written, a citation as author and year."""
    name, text = tokens[index].meta["name"], tokens[index].content
    if not name.startswith("cite:"):
        return html.escape(re.sub(r" <.*>$", "", text).replace("'", "’"))
    return html.escape(cite(text, name == "cite:p"))


def _nothing(self, tokens, index, options, env):
    return ""


MARKDOWN = MarkdownIt("commonmark", {"typographer": True}).enable(["table", "smartquotes"])
MARKDOWN.use(dollarmath_plugin, renderer=_formula).use(myst_role_plugin).use(colon_fence_plugin)
MARKDOWN.add_render_rule("myst_role", _role)
MARKDOWN.add_render_rule("link_open", _nothing)  # a link of the book would lead nowhere from a slide
MARKDOWN.add_render_rule("link_close", _nothing)


def _blocks(source):
    return SyntaxTreeNode(MARKDOWN.parse(source)).children


def _text(block):
    """Return the Markdown of a heading or a paragraph."""
    return block.children[0].content


def _inline(text):
    return MARKDOWN.renderInline(text)


def _html(*blocks):
    return "".join(MARKDOWN.renderer.render(block.to_tokens(), MARKDOWN.options, {}) for block in blocks)


def _sentences(lines):
    """Set every line of the source, which is a sentence, as a paragraph."""
    return "".join(f"<p>{_inline(line)}</p>" for line in lines)


def _opening(paragraph, following=None, words=50):
    """Return the first sentences of a paragraph, as many as a slide holds, and the list that they may announce."""
    lines = _text(paragraph).splitlines()
    announced = following is not None and following.type.endswith("_list") and lines[-1].endswith(":")
    while len(lines) > 1 and (len(" ".join(lines).split()) > words or lines[-1].endswith(":") and not announced):
        lines.pop()
    return _sentences(lines) + (_html(following) if announced else "")


# --- from a chapter to its slides ---------------------------------------------------------------


def deck(chapter):
    """Make the slides of a chapter.

    Parameters
    ----------
    chapter : int
        Its number.

    Returns
    -------
    list of Slide
        ``cell``, the number of the cell that the slide comes from; ``kind``; as HTML the ``label`` (what stands above
        the heading), the ``heading`` and the ``body``; and a list of ``notes`` for the speaker.
    """
    cells = json.loads(practice.chapter_path(chapter).read_text(encoding="utf-8"))["cells"]
    slides = []
    for section, parts in groupby(_parts(cells), key=lambda part: part.section):
        parts = list(parts)
        made = [ALWAYS[part.kind](part) for part in parts if part.kind in ALWAYS]
        if not section:
            made += _start(cells)
        elif section == "Test yourself":
            made += _polls(parts, chapter)
        else:
            made += OWN.get(section, _opener)(parts)
        made.sort(key=lambda slide: slide.cell)
        for part in reversed(parts):  # each before those that come after it, and before what the slide says itself
            if part.kind == "note" and made:
                nearest = min(made, key=lambda slide: abs(slide.cell - part.cell))
                nearest.notes.insert(0, _html(*_blocks(part.content)))
        slides += made
    return slides


def _parts(cells):
    """Take a notebook apart: the blocks of its text, charts, formulas, notes, and what is tagged as a slide."""
    section = heading = ""
    for number, cell in enumerate(cells):
        tags, text = set(cell["metadata"].get("tags", [])), "".join(cell["source"])
        if tags & LEFT_OUT:
            continue
        if "instructor" in tags:
            yield Part(number, section, heading, "note", text)
        elif cell["cell_type"] == "code":
            for output in cell["outputs"]:
                kind, content = _output(output)
                if kind == "chart" or "slide" in tags:
                    yield Part(number, section, heading, kind, content)
        else:
            blocks = _blocks(text)
            for block in blocks:
                if block.type == "heading":
                    heading = _text(block)
                    section = heading if block.tag == "h2" else section
                else:
                    yield Part(number, section, heading, block.type, block)
            if "slide" in tags:
                yield Part(number, section, heading, "slide", _html(*(b for b in blocks if b.type != "heading")))
            elif any(block.type == "math_block" for block in blocks):
                yield Part(number, section, heading, "formula", _formulas(blocks))


def _output(output):
    """Read a code cell's output: a chart, or else HTML."""
    page = "".join(output.get("data", {}).get("text/html", ""))
    if chart := charts.read_chart(page):
        return "chart", chart
    text = "".join(output.get("text", output.get("data", {}).get("text/plain", "")))
    return "slide", page if "<table" in page else f"<pre>{html.escape(text)}</pre>"


def _formulas(blocks):
    """Return the formulas of a cell, with the sentence that leads to them and the one that follows."""
    numbers = [number for number, block in enumerate(blocks) if block.type == "math_block"]
    before, after = blocks[: numbers[0]][-1:], blocks[numbers[-1] + 1 :][:1]
    before = [_text(block).splitlines()[-1] for block in before if block.type == "paragraph"]
    after = [_text(block).splitlines()[0] for block in after if block.type == "paragraph"]
    return _sentences(before) + _html(*blocks[numbers[0] : numbers[-1] + 1]) + _sentences(after)


def _chart(part):
    title, subtitle, spec = part.content
    words = html.escape(spec["description"])
    drawing = json.dumps(spec, ensure_ascii=False, separators=(",", ":")).replace("</", r"<\/")
    body = FIGURE.format(source=subtitle, words=words, spec=drawing)
    notes = [f"<p><b>The chart in words.</b> {words}</p>"]
    return Slide(part.cell, "chart", _inline(part.heading), title, body, notes)


def _as_it_is(part):
    return Slide(part.cell, part.kind, "", _inline(part.heading), part.content, [])


ALWAYS = {"chart": _chart, "formula": _as_it_is, "slide": _as_it_is}


def _start(cells):
    """Title, question and objectives."""
    title, paragraph, *_ = _blocks("".join(cells[0]["source"]))
    goals = "".join(f"<li>{_inline(text)}</li>" for text in practice.objectives(cells))
    return [
        Slide(0, "title", html.escape(source.TITLE), _inline(_text(title)), TITLE, []),
        Slide(0, "words", "", "The question", _opening(paragraph), []),
        Slide(0, "words", "", "After this chapter you can", f"<ol>{goals}</ol>", []),
    ]


def _opener(parts):
    """A section with notes for the speaker, and nothing else to show, shows its first words."""
    kinds = {part.kind for part in parts}
    if "note" not in kinds or kinds & set(ALWAYS):
        return []
    blocks = [part for part in parts if part.kind != "note"]
    first = next((number for number, part in enumerate(blocks) if part.kind == "paragraph"), None)
    if first is None:
        return []
    part, *following = blocks[first : first + 2]
    body = _opening(part.content, *(after.content for after in following))
    return [Slide(part.cell, "words", "", _inline(part.section), body, [])]


def _misconceptions(parts):
    """One slide for each paragraph that begins with a bold claim; what follows in the cell is the answer."""
    found = []
    for part in parts:
        claim = part.kind == "paragraph" and re.match(r"\*\*(.+?)\*\*\s*", _text(part.content))
        if claim:
            answer = _sentences(_text(part.content)[claim.end() :].splitlines())
            found.append([part.cell, claim[1], answer])
        elif found and found[-1][0] == part.cell and part.kind not in ALWAYS:
            found[-1][2] += _html(part.content)
    return [
        Slide(cell, "claim", _inline(parts[0].section), _inline(claim), ANSWER.format(answer), [])
        for cell, claim, answer in found
    ]


def _polls(parts, chapter):
    """Slides of the two shortest questions that have one right answer."""
    single = [question for question in practice.questions(chapter) if question.kind == "single"]
    brief = sorted(single, key=lambda question: len(question.text + "".join(map(str, question.options))))[:2]
    return [_poll(question, parts[0].cell) for question in single if question in brief]


def _poll(question, cell):
    options, notes = "", ""
    for letter, option in zip("abcdefgh", question.options):
        text, say = _inline(option.text), _inline(option.say)
        if option.right:
            options += f'<li class="fragment custom right" data-fragment-index="0">{text}</li>'
            answer = f"<p><b>{letter})</b> {say}</p>"
        else:
            options += f"<li>{text}</li>"
            notes += f"<p><b>{letter}) {text}</b> {say}</p>"
    body = f'<ol type="a">{options}</ol>{ANSWER.format(answer)}'
    return Slide(cell, "poll", f"Vote: question {question.name}", _inline(question.text), body, [notes])


def _key_points(parts):
    """The key points, on as many slides as they need: no more than five or about 350 letters on each."""
    points = [_text(item.children[0]) for part in parts if part.kind == "bullet_list" for item in part.content.children]
    pages = max(math.ceil(len(points) / 5), round(len("".join(points)) / 350), 1)
    each = math.ceil(len(points) / pages)
    runs = [points[start : start + each] for start in range(0, len(points), each)]
    slides = []
    for number, run in enumerate(runs, 1):
        items = "".join(f"<li>{_inline(point)}</li>" for point in run)
        label = f"{number} of {len(runs)}" if len(runs) > 1 else ""
        slides.append(Slide(parts[0].cell, "words", label, _inline(parts[0].section), f"<ul>{items}</ul>", []))
    return slides


def _whats_next(parts):
    for part in parts:
        words = part.kind == "paragraph" and re.match(r"\*\*Next:\*\* (.+)", _text(part.content), re.S)
        if words:
            sentence = words[1][0].upper() + words[1][1:]
            return [Slide(part.cell, "next", "", "What’s next", _sentences([sentence]), [])]
    return []


OWN = {  # sections that have slides of their own kind, as has "Test yourself"
    "Where people go wrong": _misconceptions,
    "Exercises": lambda parts: [],
    "Key points": _key_points,
    "Cheat sheet": _whats_next,
}


# --- from slides to files -----------------------------------------------------------------------


def write_decks(out):
    """Write the decks of all chapters that have a quiz, a page that lists them, and the files that they share.

    Parameters
    ----------
    out : path-like
        A folder in the built book, made if it is not there; style and charts are the book's.
    """
    out = Path(out)
    _write_shared(out)
    slugs = {chapter: practice.chapter_path(chapter).stem for chapter in practice.chapters()}
    book, entries = html.escape(source.TITLE), ""
    for (chapter, slug), following in zip(slugs.items(), [*list(slugs.values())[1:], None]):
        links = [f'<a href="../chapters/{slug}.html">Read the chapter</a>']
        links += [f'<a href="{following}.html">Next slides</a>'] if following else []
        links = " · ".join([*links, '<a href="index.html">All slides</a>'])
        slides = deck(chapter)
        title = re.sub("<.+?>", "", slides[0].heading)
        sections = "".join(_section(slide, links) for slide in slides)
        (out / f"{slug}.html").write_text(DECK.format(title=title, book=book, slides=sections), encoding="utf-8")
        print_it = f'<a class="print" href="{slug}.html?print-pdf" aria-label="{title}, for printing">for printing</a>'
        entries += f'<li><a href="{slug}.html">{title}</a>\n{print_it}</li>\n'
    (out / "index.html").write_text(LIST.format(book=book, entries=entries), encoding="utf-8")


def _write_shared(out):
    (out / "reveal").mkdir(parents=True, exist_ok=True)
    for name in REVEAL:
        file = resources.files("sphinx_revealjs") / "_static" / "revealjs" / name
        if not file.is_file():
            raise FileNotFoundError(f"This version of sphinx-revealjs has no {name}: adapt _ext/classroom/slides.py to it.")
        (out / "reveal" / Path(name).name).write_bytes(file.read_bytes())
    shutil.copyfile(HERE / "slides.css", out / "slides.css")
    notebooks = (path.read_text(encoding="utf-8") for path in map(practice.chapter_path, practice.chapters()))
    script = (HERE / "slides.js").read_text(encoding="utf-8")
    (out / "slides.js").write_text(charts.loader_for("".join(notebooks)) + script, encoding="utf-8")


def _section(slide, links):
    """Write one slide as HTML."""
    label = f'<p class="label">{slide.label}</p>\n' if slide.label else ""
    level = "h1" if slide.kind == "title" else "h2"
    more = f'\n<p class="links">{links}</p>' if slide.kind in ("title", "next") else ""
    notes = f'<aside class="notes">{"".join(slide.notes)}</aside>\n' if slide.notes else ""
    return (
        f'<section class="{slide.kind}">\n<div class="sheet">\n{label}<{level}>{slide.heading}</{level}>\n'
        f"{slide.body}{more}\n</div>\n{notes}</section>\n"
    )
