"""Slides of every chapter, made from the chapter itself: its notebook and its quiz.

An educator who edits a chapter gets new slides without doing anything else. A deck shows, in the chapter's order: the
question, the objectives, every chart with its finding as the heading, every displayed formula, the misconceptions by
name, two questions to vote on, the key points, and what comes next. A cell tagged ``instructor`` goes into the
speaker's notes of the nearest slide of its section; any other cell tagged ``slide`` becomes one more slide.

As a program: ``slides.py [FOLDER]`` writes all decks into a folder, by default ``_build/slides``.
"""

import functools
import html
import json
import math
import re
import shutil
import sys
from collections import namedtuple
from importlib import resources
from itertools import groupby
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.myst_role import myst_role_plugin
from pybtex.database import parse_file

HERE = Path(__file__).resolve().parent
BOOK = HERE.parent
sys.path.insert(0, str(BOOK / "chapters"))

import about  # noqa: E402
import charts  # noqa: E402
import lean  # noqa: E402
import practice  # noqa: E402

REVEAL = ["dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js", "LICENSE"]  # of the package sphinx-revealjs
LEFT_OUT = {"answer", "hood", "solution", "remove-cell"}  # tags of cells that are never shown

Part = namedtuple("Part", "place section heading kind thing")  # of a notebook; place is the number of its cell
Slide = namedtuple("Slide", "place kind label heading body notes")  # label, heading and body as HTML


# --- words ------------------------------------------------------------------------------------


def _formula(latex, options):
    return lean.mathml(latex.strip(), options["display_mode"])


def _role(self, tokens, place, options, env):
    """Turn MyST's roles into plain words: a term as it is written, a citation as author and year."""
    name, text = tokens[place].meta["name"], tokens[place].content
    if not name.startswith("cite:"):
        return html.escape(re.sub(r" <.*>$", "", text).replace("'", "’"))
    cited = [_author_and_year(key.strip()) for key in text.split(",")]
    if name == "cite:t":
        return html.escape(" and ".join(f"{who} ({year})" for who, year in cited))
    return html.escape(f"({'; '.join(map(', '.join, cited))})")


def _author_and_year(key):
    entry = _references()[key]
    names = [" ".join(person.last_names).strip("{}") for person in entry.persons["author"]]
    return " and ".join(names) if len(names) < 3 else f"{names[0]} et al.", entry.fields["year"]


@functools.cache
def _references():
    return parse_file(BOOK / "chapters" / "references.bib").entries


def _nothing(self, tokens, place, options, env):
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
        ``place``, the number of the cell that the slide comes from; ``kind``; as HTML the ``label`` (what stands above
        the heading), the ``heading`` and the ``body``; and a list of ``notes`` for the speaker.
    """
    cells = json.loads(practice.chapter_path(chapter).read_text(encoding="utf-8"))["cells"]
    slides = []
    for section, parts in groupby(_parts(cells), key=lambda part: part.section):
        parts = list(parts)
        made = [SHOWN[part.kind](part) for part in parts if part.kind in SHOWN]
        made += OWN.get(section, _opener)(parts, chapter) if section else _start(cells)
        made.sort(key=lambda slide: slide.place)
        for part in reversed(parts):  # each before those that come after it, and before what the slide says itself
            if part.kind == "note" and made:
                nearest = min(made, key=lambda slide: abs(slide.place - part.place))
                nearest.notes.insert(0, _html(*_blocks(part.thing)))
        slides += made
    return slides


def _parts(cells):
    """Take a notebook apart: the blocks of its text, charts, formulas, notes, and what is tagged as a slide."""
    section = heading = ""
    for place, cell in enumerate(cells):
        tags, source = set(cell["metadata"].get("tags", [])), "".join(cell["source"])
        if tags & LEFT_OUT:
            continue
        if "instructor" in tags:
            yield Part(place, section, heading, "note", source)
        elif cell["cell_type"] == "code":
            for output in cell["outputs"]:
                kind, thing = _output(output)
                if kind == "chart" or "slide" in tags:
                    yield Part(place, section, heading, kind, thing)
        else:
            blocks = _blocks(source)
            for block in blocks:
                if block.type == "heading":
                    heading = _text(block)
                    section = heading if block.tag == "h2" else section
                else:
                    yield Part(place, section, heading, block.type, block)
            if "slide" in tags:
                yield Part(place, section, heading, "slide", _html(*(b for b in blocks if b.type != "heading")))
            elif any(block.type == "math_block" for block in blocks):
                yield Part(place, section, heading, "formula", _formulas(blocks))


def _output(output):
    """Read a code cell's output: a chart as title, source and specification, or else HTML."""
    page = "".join(output.get("data", {}).get("text/html", ""))
    caption = re.match(r'<figure class="chart"><figcaption><b>(.*?)</b> (.*?)</figcaption>', page)
    if caption:
        spec, _ = json.JSONDecoder().raw_decode(page, page.index("})({") + 3)  # Altair hands it to a function
        return "chart", (*caption.groups(), spec)
    text = "".join(output.get("text", output.get("data", {}).get("text/plain", "")))
    return "slide", page if "<table" in page else f"<pre>{html.escape(text)}</pre>"


def _formulas(blocks):
    """Return the formulas of a cell, with the sentence that leads to them and the one that follows."""
    places = [place for place, block in enumerate(blocks) if block.type == "math_block"]
    before, after = blocks[: places[0]][-1:], blocks[places[-1] + 1 :][:1]
    before = [_text(block).splitlines()[-1] for block in before if block.type == "paragraph"]
    after = [_text(block).splitlines()[0] for block in after if block.type == "paragraph"]
    return _sentences(before) + _html(*blocks[places[0] : places[-1] + 1]) + _sentences(after)


def _chart(part):
    title, source, spec = part.thing
    words = html.escape(spec["description"])
    drawing = json.dumps(spec, ensure_ascii=False, separators=(",", ":")).replace("</", r"<\/")
    body = FIGURE.format(source=source, words=words, spec=drawing)
    notes = [f"<p><b>The chart in words.</b> {words}</p>"]
    return Slide(part.place, "chart", _inline(part.heading), title, body, notes)


def _as_it_is(part):
    return Slide(part.place, part.kind, "", _inline(part.heading), part.thing, [])


SHOWN = {"chart": _chart, "formula": _as_it_is, "slide": _as_it_is}


def _start(cells):
    """Title, question and objectives."""
    title, paragraph, *_ = _blocks("".join(cells[0]["source"]))
    goals = "".join(f"<li>{_inline(text)}</li>" for text in practice.objectives(cells))
    return [
        Slide(0, "title", html.escape(about.TITLE), _inline(_text(title)), TITLE, []),
        Slide(0, "words", "", "The question", _opening(paragraph), []),
        Slide(0, "words", "", "After this chapter you can", f"<ol>{goals}</ol>", []),
    ]


def _opener(parts, chapter):
    """A section with notes for the speaker, and nothing else to show, shows its first words."""
    kinds = {part.kind for part in parts}
    if "note" not in kinds or kinds & set(SHOWN):
        return []
    blocks = [part for part in parts if part.kind != "note"]
    first = next((number for number, part in enumerate(blocks) if part.kind == "paragraph"), None)
    if first is None:
        return []
    part, *following = blocks[first : first + 2]
    body = _opening(part.thing, *(after.thing for after in following))
    return [Slide(part.place, "words", "", _inline(part.section), body, [])]


def _misconceptions(parts, chapter):
    """One slide for each paragraph that begins with a bold claim; what follows in the cell is the answer."""
    found = []
    for part in parts:
        claim = part.kind == "paragraph" and re.match(r"\*\*(.+?)\*\*\s*", _text(part.thing))
        if claim:
            answer = _sentences(_text(part.thing)[claim.end() :].splitlines())
            found.append([part.place, claim[1], answer])
        elif found and found[-1][0] == part.place and part.kind not in SHOWN:
            found[-1][2] += _html(part.thing)
    return [
        Slide(place, "claim", _inline(parts[0].section), _inline(claim), ANSWER.format(answer), [])
        for place, claim, answer in found
    ]


def _polls(parts, chapter):
    """Slides of the two shortest questions that have one right answer."""
    single = [question for question in practice.questions(chapter) if question.kind == "single"]
    brief = sorted(single, key=lambda question: len(question.text + "".join(map(str, question.options))))[:2]
    return [_poll(question, parts[0].place) for question in single if question in brief]


def _poll(question, place):
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
    return Slide(place, "poll", f"Vote: question {question.name}", _inline(question.text), body, [notes])


def _key_points(parts, chapter):
    """The key points, on as many slides as they need: no more than five or about 350 letters on each."""
    points = [_text(item.children[0]) for part in parts if part.kind == "bullet_list" for item in part.thing.children]
    pages = max(math.ceil(len(points) / 5), round(len("".join(points)) / 350), 1)
    each = math.ceil(len(points) / pages)
    runs = [points[start : start + each] for start in range(0, len(points), each)]
    slides = []
    for number, run in enumerate(runs, 1):
        items = "".join(f"<li>{_inline(point)}</li>" for point in run)
        label = f"{number} of {len(runs)}" if len(runs) > 1 else ""
        slides.append(Slide(parts[0].place, "words", label, _inline(parts[0].section), f"<ul>{items}</ul>", []))
    return slides


def _whats_next(parts, chapter):
    for part in parts:
        words = part.kind == "paragraph" and re.match(r"\*\*Next:\*\* (.+)", _text(part.thing), re.S)
        if words:
            sentence = words[1][0].upper() + words[1][1:]
            return [Slide(part.place, "next", "", "What’s next", _sentences([sentence]), [])]
    return []


OWN = {  # sections that have slides of their own kind
    "Where people go wrong": _misconceptions,
    "Test yourself": _polls,
    "Exercises": lambda parts, chapter: [],
    "Key points": _key_points,
    "Cheat sheet": _whats_next,
}


# --- from slides to files -----------------------------------------------------------------------

PAGE = """<!doctype html>
<html lang="en" data-content_root="{root}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · {book}</title>
<link rel="icon" href="{root}_static/favicon.svg">
{head}<link rel="stylesheet" href="{root}_static/book.css">
<link rel="stylesheet" href="slides.css">
<script src="slides.js" defer></script>
</head>
{body}
</html>
"""
HEAD = """<link rel="stylesheet" href="reveal/reveal.css">
<script src="reveal/reveal.js" defer></script>
<script src="reveal/notes.js" defer></script>
"""
DECK = """<body>
<div class="reveal">
<div class="slides">
{slides}</div>
</div>
</body>"""
SLIDE = """<section class="{kind}">
<div class="sheet">
{label}<{level}>{heading}</{level}>
{body}
</div>
{notes}</section>
"""
TITLE = """<p>The people in this book’s data are synthetic: they do not exist.</p>
<p class="keys"><kbd>→</kbd> next · <kbd>←</kbd> back · <kbd>S</kbd> speaker’s notes ·
<kbd>F</kbd> full screen · <kbd>?</kbd> all keys</p>"""
FIGURE = """<figure class="chart">
<div class="picture" aria-hidden="true"></div>
<div class="sliders" data-prevent-swipe></div>
<figcaption>{source}</figcaption>
<p class="unseen">{words}</p>
<script type="application/json">{spec}</script>
</figure>"""
ANSWER = '<div class="fragment answer" data-fragment-index="0">{}</div>'
LIST = """<body class="list">
<main>
<h1>Slides</h1>
<p>A deck for each chapter, made from the chapter itself. The decks need no network.</p>
<ul>
{entries}</ul>
<p>In a deck <kbd>→</kbd> and <kbd>←</kbd> move, <kbd>S</kbd> opens the speaker’s notes in another window,
<kbd>F</kbd> fills the screen, and <kbd>?</kbd> shows all keys.
To print a deck, or to save it as a PDF, follow “for printing” and print that page.</p>
{back}</main>
</body>"""
ENTRY = """<li><a href="{slug}.html">{title}</a>
<a class="print" href="{slug}.html?print-pdf" aria-label="{title}, for printing">for printing</a></li>
"""

# Shrinks the words of a slide that is too full, draws the charts to the size of their place, and starts reveal.js. On
# a telephone the slides stand below each other instead, as a page to read; in the speaker's window a deck is small,
# too, and stays a deck. A slider takes the arrow keys; one that the mouse lets go gives them back.
SCRIPT = """{
  const page = document.documentElement.dataset;
  const printing = /print-pdf/.test(location.search);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const dress = () => { page.theme = dark.matches && !printing ? "dark" : "light"; };
  dress();
  dark.addEventListener("change", dress);
  addEventListener("beforeprint", () => { page.theme = "light"; });
  addEventListener("afterprint", dress);

  const sheets = document.querySelectorAll(".sheet");
  const small = window === top && innerWidth <= 600 && !printing;
  page.view = small ? "page" : "deck";
  if (small && sheets.length) {
    document.querySelector("link[href='reveal/reveal.css']").disabled = true;
    screen.orientation?.addEventListener("change", () => location.reload());
  }
  for (const sheet of sheets) {
    sheet.parentElement.style.display = "block";  // to be measured; reveal.js then hides all but one
    let size = parseFloat(getComputedStyle(sheet).fontSize);
    while (!small && sheet.scrollHeight > sheet.clientHeight && size > 24) sheet.style.fontSize = --size + "px";
  }
  for (const figure of document.querySelectorAll("figure.chart")) {
    const spec = JSON.parse(figure.querySelector("script").textContent);
    const [picture, sliders] = figure.children;
    sliders.style.minHeight = (spec.params ?? []).filter(param => param.bind).length * 48 + "px";
    sliders.addEventListener("pointerup", event => event.target.blur());
    const draw = () => vegaEmbed(picture, spec, { actions: false, renderer: "svg", bind: sliders });
    small ? draw() : fill(spec, picture, draw);
  }
  if (sheets.length && !small)
    Reveal.initialize({
      width: 1280, height: 720, margin: 0, center: false, transition: "none", hash: true, slideNumber: "c/t",
      controlsTutorial: false, scrollActivationWidth: null, pdfSeparateFragments: false, plugins: [RevealNotes],
    });

  // A chart is made for a page. To be read from the back row it is drawn smaller than its place, and blown up by the
  // style. Panels, which a page sets below each other, stand side by side. What has many rows is as high as they are:
  // it shrinks to fit, or scrolls if it would get too small.
  function fill(spec, picture, draw) {
    const scale = 1.5, gap = 24;
    const place = { width: picture.clientWidth, height: picture.clientHeight };
    const width = place.width / scale, height = place.height / scale;
    const { row, ...others } = spec.facet ?? spec.encoding ?? {};
    if (spec.vconcat || row) {
      const count = spec.vconcat?.length ?? new Set(spec.datasets[spec.data.name].map(datum => datum[row.field])).size;
      const panel = { width: (width + gap) / count - gap, height: height - 100 };
      delete spec.width;
      spec.spacing = gap;
      spec.config.lineBreak = ", ";  // so that long titles of axes do not meet
      if (spec.vconcat) spec.hconcat = spec.vconcat.map(chart => ({ ...chart, ...panel }));
      else if (spec.facet) Object.assign(spec.spec, panel), spec.facet = { column: row };
      else Object.assign(spec, panel), spec.encoding = { ...others, column: row };
      delete spec.vconcat;
      draw();
    } else if (spec.height?.step) {
      [spec.width, spec.height.step] = [width, 14];  // rows as close as their words can be
      draw().then(({ view }) => {
        const drawn = picture.querySelector("svg").viewBox.baseVal;
        const fit = place.height / drawn.height, tall = fit < 0.9 && !printing;
        if (tall) picture.classList.add("tall"), picture.tabIndex = 0;
        view.width(width + place.width / (tall ? scale : fit) - drawn.width).run();
      });
    } else {
      reach(spec, spec.height ?? spec.config.view.continuousHeight);
      Object.assign(spec, { width, height, autosize: { type: "fit", contains: "padding" } });
      draw();
    }
  }

  // What was placed in pixels for one height finds its place in another: near the top, near the bottom, or between.
  // A legend below the chart moves beside it, since a slide has less height than width.
  function reach(spec, height) {
    const move = y => y < height / 4 ? y
      : { expr: y > height * 0.75 ? `height - ${height - y}` : `height * ${y / height}` };
    for (const [key, part] of Object.entries(spec)) {
      const upright = key === "y" || key === "y2";
      if (upright && typeof part === "number") spec[key] = move(part);
      if (key === "datasets" || typeof part !== "object" || !part) continue;
      if (upright && typeof part.value === "number") part.value = move(part.value);
      if (key === "legend" && part.orient === "bottom") Object.assign(part, { orient: "right", direction: "vertical" });
      reach(part, height);
    }
  }
}
"""


def make(out, in_book=False):
    """Write the decks of all chapters that have a quiz, a page that lists them, and the files that they share.

    Parameters
    ----------
    out : path-like
        The folder; made if it is not there.
    in_book : bool
        Whether it lies in the built book: then the decks use the book's style and charts, and lead back to its pages.
    """
    out = Path(out)
    _write_shared(out, in_book)
    numbers = sorted(int(path.stem) for path in (BOOK / "chapters" / "quizzes").glob("*.txt"))
    slugs = [practice.chapter_path(number).stem for number in numbers]
    entries = ""
    for number, slug, following in zip(numbers, slugs, [*slugs[1:], None]):
        links = [f'<a href="../chapters/{slug}.html">Read the chapter</a>'] if in_book else []
        links += [f'<a href="{following}.html">Next slides</a>'] if following else []
        links = " · ".join([*links, '<a href="index.html">All slides</a>'])
        slides = deck(number)
        title = re.sub("<.+?>", "", slides[0].heading)
        entries += ENTRY.format(slug=slug, title=title)
        body = DECK.format(slides="".join(_section(slide, links) for slide in slides))
        (out / f"{slug}.html").write_text(_page(title, HEAD, body, in_book), encoding="utf-8")
    back = '<p><a href="../index.html">Back to the book</a></p>\n' if in_book else ""
    body = LIST.format(entries=entries, back=back)
    (out / "index.html").write_text(_page("Slides", "", body, in_book), encoding="utf-8")


def _write_shared(out, in_book):
    (out / "reveal").mkdir(parents=True, exist_ok=True)
    for name in REVEAL:
        source = resources.files("sphinx_revealjs") / "_static" / "revealjs" / name
        (out / "reveal" / Path(name).name).write_bytes(source.read_bytes())
    shutil.copyfile(HERE / "slides.css", out / "slides.css")
    notebooks = (path.read_text(encoding="utf-8") for path in sorted((BOOK / "chapters").glob("*.ipynb")))
    (out / "slides.js").write_text(charts.script("".join(notebooks)) + SCRIPT, encoding="utf-8")
    if not in_book:
        (out / "_static").mkdir(exist_ok=True)
        for name in ("book.css", "favicon.svg"):
            shutil.copyfile(BOOK / "_static" / name, out / "_static" / name)
        charts.write_bundle(out / "_static")


def _page(title, head, body, in_book):
    book = html.escape(about.TITLE)
    return PAGE.format(title=title, book=book, head=head, body=body, root="../" if in_book else "./")


def _section(slide, links):
    body = slide.body + (f'\n<p class="links">{links}</p>' if slide.kind in ("title", "next") else "")
    return SLIDE.format(
        kind=slide.kind,
        label=f'<p class="label">{slide.label}</p>\n' if slide.label else "",
        level="h1" if slide.kind == "title" else "h2",
        heading=slide.heading,
        body=body,
        notes=f'<aside class="notes">{"".join(slide.notes)}</aside>\n' if slide.notes else "",
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else BOOK / "_build" / "slides")
    make(folder)
    print(f"The slides are made. Open {folder.resolve() / 'index.html'}")
