"""Slides: they say what the chapter says, and work in a real browser, from file:// and over http, without a network.

Oracles: the notebooks and quizzes as they are stored, read here by other means than the program's, with Python-Markdown
for their words; Chromium, for what it draws, asks for and complains of; and axe-core with all its rules.
"""

import functools
import html
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urldefrag

import axe_playwright_python
import markdown
import practice
import pytest
from conftest import EXAMPLE, ROOT, WEEKLY, few, needs_slider, served, weekly
from looking import listen
from playwright.sync_api import sync_playwright

from _ext.classroom import slides
from _ext.shared import charts, source
from _ext.shared.chromium import launch

CHAPTERS = {practice.chapter_path(chapter).stem: chapter for chapter in practice.chapters()}
SIZES = {"file": (1280, 720), "http": (1024, 768)}

UNDRAWN = """() => [...document.querySelectorAll(".picture")]
    .filter(picture => !picture.querySelector("svg .role-mark :is(path, line, text, image)"))
    .map(picture => picture.closest("section").querySelector("h2").textContent)"""

# What the slide shows: its words, without formulas, and what of it does not fit, is too small, or is too faint.
SLIDE = """() => {
    const slide = Reveal.getCurrentSlide(), sheet = slide.querySelector(".sheet"), edge = sheet.getBoundingClientRect();
    const words = node => {
        const copy = node.cloneNode(true);
        copy.querySelectorAll("math, script, svg").forEach(part => part.remove());
        return copy.textContent;
    };
    const all = selector => [...slide.querySelectorAll(selector)].map(words);
    const beyond = (box, edge) => box.bottom > edge.bottom + 1 || box.right > edge.right + 1
        || box.top < edge.top - 1 || box.left < edge.left - 1;
    const shown = [...sheet.querySelectorAll("*")].filter(part =>
        part.getClientRects().length && !part.closest(".unseen, .tall, svg *"));
    const chart = [...slide.querySelectorAll("svg text")].filter(text =>
        text.textContent && parseFloat(getComputedStyle(text).fontSize) && getComputedStyle(text).opacity > 0);
    const texts = shown.filter(part => !part.closest("math, svg")
        && [...part.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()));
    const light = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map(c => c / 255)
            .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    const contrast = theme => {
        document.documentElement.dataset.theme = theme;
        const page = light(getComputedStyle(document.body).backgroundColor);
        const inks = [...texts, ...chart].map(text => getComputedStyle(text)[chart.includes(text) ? "fill" : "color"]);
        return Math.min(...inks.map(light).map(ink => Math.max(ink, page) / Math.min(ink, page)));
    };
    return {
        kind: slide.classList[0], headings: all("h1, h2, h3"), label: all(".label").join(), text: words(sheet),
        items: all("li"), right: all("li.right"), answer: all(".answer").join(), source: all("figcaption").join(),
        unseen: all(".unseen").join(), notes: all(".notes").join(),
        beyond: shown.filter(part => beyond(part.getBoundingClientRect(), edge))
            .map(part => part.outerHTML.slice(0, 80)),
        cut: chart.filter(text => beyond(text.getBoundingClientRect(), text.closest("svg").getBoundingClientRect()))
            .map(text => text.textContent),
        smallest: Math.min(...texts.map(text => parseFloat(getComputedStyle(text).fontSize))),
        smallest_in_chart: Math.min(...chart.map(text =>
            parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a / Reveal.getScale())),
        rows: /"height":{"step"/.test(slide.querySelector("figure script")?.textContent),
        contrast: ["dark", "light"].map(contrast),
    };
}"""


# --- what the chapter says -------------------------------------------------------------------


def words(text):
    """Make words comparable: one kind of quotation mark, one blank, no citation."""
    text = re.sub(r"\s*\([^()]*\b\d{4}\)", "", text)
    return " ".join(text.translate(str.maketrans("“”‘’", "\"\"''")).split())


def plain(text):
    """Return the words of a Markdown text, as Python-Markdown reads it, without roles and formulas."""
    text = re.sub(r"\s*\{cite:.\}`.+?`", "", re.sub(r"\$.+?\$", "", text))
    text = re.sub(r"\{term\}`(.+?)(?: <.+?>)?`", r"\1", text)
    text = re.sub(r"^(\d)\. ", r"\1\. ", text)  # a number before words is no list
    return words(html.unescape(re.sub(r"<[^>]+>", "", markdown.markdown(text))))


@functools.cache
def cells(chapter):
    return json.loads(practice.chapter_path(chapter).read_text(encoding="utf-8"))["cells"]


def tags(cell):
    return set(cell["metadata"].get("tags", []))


def section(chapter, title):
    """Return the Markdown of a section, without what only the class sees."""
    own = ["".join(cell["source"]) for cell in cells(chapter) if cell["cell_type"] == "markdown" and not tags(cell)]
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", "\n\n".join(own), re.M | re.S)[1]


def stored_charts(chapter):
    """Return title, source and description of each chart, in order, but for those in solutions and under the hood."""
    found = []
    for cell in cells(chapter):
        for output in [] if tags(cell) & {"solution", "answer", "hood"} else cell.get("outputs", []):
            page = "".join(output.get("data", {}).get("text/html", ""))
            for title, where in re.findall(r"<figcaption><b>(.*?)</b> (.*?)</figcaption>", page):
                description = "".join(output["data"]["text/plain"])
                found.append(tuple(words(html.unescape(part)) for part in (title, where, description)))
    return found


# --- what the browser shows --------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The slides in a folder like the built book's, with what they need of it."""
    out = tmp_path_factory.mktemp("book")
    shutil.copytree(ROOT / "_static", out / "_static")
    charts.write_vega(out / "_static")
    (out / "chapters").mkdir()
    for page in ["index", *(f"chapters/{deck}" for deck in CHAPTERS)]:
        (out / f"{page}.html").write_text("A page of the book.", encoding="utf-8")
    slides.write_decks(out / "slides")
    return out


@pytest.fixture(scope="module")
def folder(book):
    return book / "slides"


@pytest.fixture(scope="module")
def in_browser():
    """Call a function with a browser, in a thread of its own: other tests may keep one open in theirs."""
    with ThreadPoolExecutor(1) as thread:
        playwright = thread.submit(sync_playwright().start).result()
        browser = thread.submit(launch, playwright).result()
        yield lambda function, *args: thread.submit(function, browser, *args).result()
        thread.submit(browser.close).result()
        thread.submit(playwright.stop).result()


@pytest.fixture(scope="module", params=SIZES)
def site(request, folder):
    """The way in which the slides are opened, and their address."""
    if request.param == "file":
        yield "file", folder.as_uri()
        return
    with served(folder.parent) as port:
        yield "http", f"http://127.0.0.1:{port}/slides"


@pytest.fixture(scope="module")
def seen_so_far():
    return {}


@pytest.fixture
def seen(in_browser, site, seen_so_far):
    """What was seen in each deck, walked through once with the arrow key."""
    way, address = site
    if way not in seen_so_far:
        seen_so_far[way] = {deck: in_browser(walk, address, f"{deck}.html", SIZES[way]) for deck in walked(way)}
    return seen_so_far[way]


def walked(way):
    """The decks that are walked through: over http, what is fetched is the same for each."""
    return list(CHAPTERS) if way == "file" or WEEKLY else [EXAMPLE]


of_each_deck = pytest.mark.parametrize(
    "site, deck",
    [pytest.param(way, deck, marks=() if deck in walked(way) else weekly) for way in SIZES for deck in CHAPTERS],
    indirect=["site"],
)


def opened(context, address, page):
    """Open a deck and wait for its charts; also return what it asked for elsewhere, and its complaints."""
    tab = context.new_page()
    asked, complaints = listen(tab)
    tab.goto(f"{address}/{page}")
    tab.wait_for_function(f"!({UNDRAWN})().length", timeout=120_000)
    return tab, asked, complaints


def walk(browser, address, page, size):
    """Press the right arrow until the deck ends; look at each slide when all of it is shown."""
    with browser.new_context(viewport=dict(zip(("width", "height"), size))) as context:
        tab, asked, complaints = opened(context, address, page)
        tab.wait_for_function("Reveal.isReady()")
        found = [tab.evaluate(SLIDE)]
        for _ in range(200):
            before = tab.evaluate("[Reveal.getIndices().h, Reveal.getIndices().f]")
            tab.keyboard.press("ArrowRight")
            if tab.evaluate("[Reveal.getIndices().h, Reveal.getIndices().f]") == before:
                break
            if not tab.evaluate("Reveal.availableFragments().next"):
                found.append(tab.evaluate(SLIDE))
        return SimpleNamespace(
            slides=[SimpleNamespace(**facts) for facts in found],
            count=tab.locator(".slides > section").count(),
            asked=[url for url in asked if not url.startswith((address.removesuffix("slides"), "data:", "blob:", "about:"))],
            complaints=complaints,
            language=tab.evaluate("document.documentElement.lang"),
            title=tab.title(),
        )


def every(seen, fact):
    """Say on which slides a fact is not as it should be."""
    wrong = {
        f"{deck}, slide {number}": fact(slide)
        for deck, facts in seen.items()
        for number, slide in enumerate(facts.slides, 1)
        if fact(slide)
    }
    assert not wrong, wrong


# --- the decks work -------------------------------------------------------------------------


def test_the_arrow_key_leads_through_every_slide(seen):
    assert all(len(facts.slides) == facts.count > 10 for facts in seen.values())


def test_no_deck_asks_another_place_for_anything_and_the_console_stays_silent(seen):
    assert not {deck: facts.asked + facts.complaints for deck, facts in seen.items() if facts.asked + facts.complaints}


def test_nothing_reaches_beyond_its_slide(seen):
    every(seen, lambda slide: slide.beyond)


def test_no_word_of_a_chart_is_cut_off(seen):
    every(seen, lambda slide: slide.cut)


def test_words_can_be_read_from_the_back_row(seen):
    """In pixels of a slide of 1280 × 720; rows that must all be seen at once may be smaller."""
    every(seen, lambda slide: slide.smallest < 22 and slide.smallest)
    every(seen, lambda slide: (slide.smallest_in_chart or 99) < (14 if slide.rows else 17.9))


def test_words_stand_out_in_light_and_dark(seen):
    """At least 4.5 to 1, as WCAG 2.2 asks of small text."""
    every(seen, lambda slide: min(slide.contrast) < 4.5 and slide.contrast)


def test_every_deck_has_a_language_and_a_title_and_every_slide_one_heading(seen):
    for deck, facts in seen.items():
        assert facts.language == "en"
        assert facts.title.endswith(source.TITLE) and facts.title.startswith(f"{CHAPTERS[deck]} · ")
    every(seen, lambda slide: len(slide.headings) != 1 and slide.headings)


def test_a_screen_reader_hears_each_slide_and_what_its_chart_shows(in_browser, folder):
    def listen(browser):
        with browser.new_context() as context:
            tab, _, _ = opened(context, folder.as_uri(), f"{EXAMPLE}.html")
            for title, _, description in stored_charts(CHAPTERS[EXAMPLE]):
                while title not in words(tab.inner_text("section.present h2, section.present h1")):
                    tab.keyboard.press("ArrowRight")
                told = "part => document.querySelector('[aria-live]').textContent.includes(part)"
                tab.wait_for_function(told, arg=title)
                tab.wait_for_function(told, arg=description)

    in_browser(listen)


AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
FAULTS = """async cats => {
    const values = axe.getRules(cats).map(rule => rule.ruleId);  // with those of level AAA and the experimental ones
    const found = await axe.run({resultTypes: ["violations"], runOnly: {type: "rule", values}});
    return found.violations.flatMap(({id, nodes}) => nodes.map(node => `${id}: ${node.html.slice(0, 150)}`));
}"""


@pytest.mark.parametrize("scheme, rules", [("light", None), ("dark", ["cat.color"])])
def test_axe_finds_nothing_on_any_slide(scheme, rules, in_browser, folder):
    """On each slide of one deck; the other decks are made alike, and are looked at as pages on a telephone."""

    def look(browser):
        with browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme=scheme) as context:
            tab, *_ = opened(context, folder.as_uri(), f"{EXAMPLE}.html")
            tab.wait_for_function("Reveal.isReady()")
            tab.evaluate(AXE)
            found = []
            for number in range(tab.locator(".slides > section").count()):
                tab.evaluate(f"Reveal.slide({number}, 0, 9)")  # with all that comes step by step
                found += [f"slide {number + 1}: {fault}" for fault in tab.evaluate(FAULTS, rules)]
            return found

    assert not in_browser(look)


@few("deck", list(CHAPTERS))
def test_axe_finds_nothing_on_a_deck_that_is_a_page(deck, in_browser, folder):
    def look(browser):
        with browser.new_context(viewport={"width": 390, "height": 844}) as context:
            tab, *_ = opened(context, folder.as_uri(), f"{deck}.html")
            tab.evaluate(AXE)
            return tab.evaluate(FAULTS, None)

    assert not in_browser(look)


@needs_slider
def test_the_left_arrow_leads_back_and_a_slider_takes_the_arrows_only_while_it_is_used(in_browser, site):
    def use(browser):
        with browser.new_context(viewport={"width": 1280, "height": 720}) as context:
            tab, _, _ = opened(context, site[1], f"{EXAMPLE}.html")
            place = functools.partial(tab.evaluate, "Reveal.getIndices().h")
            tab.keyboard.press("ArrowRight")
            tab.keyboard.press("ArrowLeft")
            assert place() == 0
            slides_ = "[...document.querySelectorAll('.slides > section')]"
            here = tab.evaluate(f"{slides_}.findIndex(slide => slide.querySelector('input[type=range]'))")
            tab.evaluate("here => Reveal.slide(here)", here)
            slider = tab.locator("section.present input[type=range]")
            before = slider.input_value()
            slider.focus()
            tab.keyboard.press("ArrowRight")
            assert place() == here and slider.input_value() != before
            slider.click()
            tab.keyboard.press("ArrowRight")
            assert place() == here + 1

    in_browser(use)


def test_the_key_s_opens_the_notes_of_the_slide(in_browser, site):
    def speak(browser):
        with browser.new_context(viewport={"width": 1280, "height": 720}) as context:
            tab, _, complaints = opened(context, site[1], f"{EXAMPLE}.html")
            with context.expect_page() as popup:
                tab.keyboard.press("s")
            tab.keyboard.press("ArrowRight")
            notes = "Reveal.getCurrentSlide().querySelector('.notes')"
            while not tab.evaluate(notes):
                tab.keyboard.press("ArrowRight")
            wanted = tab.evaluate(f"{notes}.querySelector('p').textContent.slice(0, 30)")
            popup.value.wait_for_function("words => document.body.innerText.includes(words)", arg=wanted)
            assert not complaints

    in_browser(speak)


def test_slides_are_dark_when_the_system_is_and_light_on_paper(in_browser, folder):
    def change(browser):
        theme = "document.documentElement.dataset.theme"
        with browser.new_context(color_scheme="dark") as context:
            tab, _, _ = opened(context, folder.as_uri(), f"{EXAMPLE}.html")
            assert tab.evaluate(theme) == "dark"
            tab.emulate_media(color_scheme="light")
            tab.wait_for_function(f"{theme} === 'light'")
            tab.emulate_media(color_scheme="dark")
            tab.wait_for_function(f"{theme} === 'dark'")
            tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
            assert tab.evaluate(theme) == "light"

    in_browser(change)


@few("deck", list(CHAPTERS))
def test_paper_has_one_slide_on_each_page(deck, in_browser, folder):
    def pages(browser):
        with browser.new_context(color_scheme="dark") as context:
            tab, _, complaints = opened(context, folder.as_uri(), f"{deck}.html?print-pdf")
            tab.wait_for_selector(".pdf-page")
            assert tab.evaluate("document.documentElement.dataset.theme") == "light" and not complaints
            pdf = tab.pdf(prefer_css_page_size=True, print_background=True)
            return len(re.findall(rb"/Type /Page\b", pdf))

    assert in_browser(pages) == (folder / f"{deck}.html").read_text(encoding="utf-8").count("<section")


def test_on_a_telephone_a_deck_is_a_page_to_read(in_browser, folder):
    """Its words, answers too, are as large on the glass as those of any page, and nothing scrolls sideways."""
    sizes = """() => [...document.querySelectorAll(".sheet :is(h1, h2, p, li):not(.unseen, .keys)")].map(part =>
        parseFloat(getComputedStyle(part).fontSize) * part.getBoundingClientRect().width / part.offsetWidth)"""

    def read(browser, deck):
        with browser.new_context(viewport={"width": 390, "height": 844}) as context:
            tab, _, complaints = opened(context, folder.as_uri(), f"{deck}.html")
            assert not complaints and all(answer.is_visible() for answer in tab.locator(".answer").all())
            return tab.evaluate("document.documentElement.scrollWidth"), min(tab.evaluate(sizes)) >= 16

    assert {deck: in_browser(read, deck) for deck in CHAPTERS} == dict.fromkeys(CHAPTERS, (390, True))


# --- the decks say what the chapter says ------------------------------------------------------


def of_kind(facts, kind):
    return [slide for slide in facts.slides if slide.kind == kind]


@of_each_deck
def test_title_question_and_objectives_are_the_chapters(deck, seen):
    source = "".join(cells(CHAPTERS[deck])[0]["source"])
    title, question, objectives = seen[deck].slides[:3]
    assert words(title.headings[0]) == plain(source.splitlines()[0])
    assert "synthetic" in title.text
    assert plain(source.split("\n\n")[1].splitlines()[0]) in words(question.text)
    assert list(map(words, objectives.items)) == list(map(plain, re.findall(r"^\d\. (.+?)[;.]$", source, re.M)))


@of_each_deck
def test_every_chart_is_there_with_its_finding_source_and_description(deck, seen):
    shown = of_kind(seen[deck], "chart")
    expected = stored_charts(CHAPTERS[deck])
    assert [(words(s.headings[0]), words(s.source), words(s.unseen)) for s in shown] == expected and expected
    assert all(words(slide.unseen) in words(slide.notes) for slide in shown)


@of_each_deck
def test_every_misconception_has_a_slide_with_its_answer(deck, seen):
    paragraphs = section(CHAPTERS[deck], "Where people go wrong").split("\n\n")
    named = [re.match(r"\s*\*\*(.+?)\*\*\s+(.+)", paragraph, re.S) for paragraph in paragraphs]
    named = [(plain(claim[1]), plain(claim[2].splitlines()[0])) for claim in named if claim]
    shown = of_kind(seen[deck], "claim")
    assert [words(slide.headings[0]) for slide in shown] == [claim for claim, _ in named] and named
    assert all(answer in words(slide.answer) for slide, (_, answer) in zip(shown, named))


@of_each_deck
def test_two_questions_are_put_to_the_vote(deck, seen):
    asked = {question.name: question for question in practice.questions(CHAPTERS[deck])}
    polls = of_kind(seen[deck], "poll")
    assert len(polls) == 2
    for poll in polls:
        question = asked[poll.label.removeprefix("Vote: question ")]
        right = next(option for option in question.options if option.right)
        assert words(poll.headings[0]) == plain(question.text)
        assert list(map(words, poll.items)) == [plain(option.text) for option in question.options]
        assert list(map(words, poll.right)) == [plain(right.text)]
        letter = "abcdefgh"[question.options.index(right)]
        assert words(poll.answer) == f"{letter}) {plain(right.say)}"
        assert all(plain(option.say) in words(poll.notes) for option in question.options if not option.right)


@of_each_deck
def test_key_points_and_what_comes_next_end_the_deck(deck, seen):
    *_, last = seen[deck].slides
    points = [item for slide in seen[deck].slides if slide.headings == ["Key points"] for item in slide.items]
    expected = re.findall(r"^- (.+)$", section(CHAPTERS[deck], "Key points"), re.M)
    assert list(map(words, points)) == list(map(plain, expected))
    following = plain(re.search(r"\*\*Next:\*\* (.+)", section(CHAPTERS[deck], "Cheat sheet"))[1])
    assert last.headings == ["What’s next"] and following[1:] in words(last.text)


@of_each_deck
def test_every_note_for_the_instructor_is_with_one_slide(deck, seen):
    """But for those on marking exercises, which are not shown."""
    heading, wanted = "", []
    for cell in cells(CHAPTERS[deck]):
        source = "".join(cell["source"])
        heading = (re.findall(r"^## (.+)$", source, re.M) if cell["cell_type"] == "markdown" else []) or heading
        if "instructor" in tags(cell) and heading[-1] != "Exercises":
            wanted.append(plain(source.splitlines()[0]))
    notes = [words(slide.notes) for slide in seen[deck].slides]
    assert {note: sum(note in text for text in notes) for note in wanted} == dict.fromkeys(wanted, 1) and wanted


def test_a_cell_tagged_slide_becomes_a_slide(tmp_path, monkeypatch):
    notebook = json.loads(practice.chapter_path(CHAPTERS[EXAMPLE]).read_text(encoding="utf-8"))
    head, *rest = notebook["cells"]
    tagged = {"metadata": {"tags": ["slide"]}}
    text = {"cell_type": "markdown", "source": "## Mine\n\nSee {term}`this <that>` *now*.", **tagged}
    output = {"output_type": "stream", "name": "stdout", "text": ["W < 8\n"]}
    code = {"cell_type": "code", "source": "", "execution_count": 1, "outputs": [output], **tagged}
    (tmp_path / "quizzes").mkdir()
    chapter = CHAPTERS[EXAMPLE]
    shutil.copy(ROOT / "chapters" / "quizzes" / f"{chapter:02d}.txt", tmp_path / "quizzes")
    notebook["cells"] = [head, text, code, *rest]
    (tmp_path / f"{chapter:02d}-mine.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    before = slides.deck(chapter)
    monkeypatch.setattr(practice, "HERE", tmp_path)
    after = slides.deck(chapter)
    assert len(after) == len(before) + 2
    assert [(slide.kind, slide.heading, slide.body.strip()) for slide in after[3:5]] == [
        ("slide", "Mine", "<p>See this <em>now</em>.</p>"),
        ("slide", "Mine", "<pre>W &lt; 8\n</pre>"),
    ]


@pytest.mark.parametrize(
    "source, expected",
    [
        ("A {term}`midrank` and {term}`W⁺ <W⁺ and W⁻>`", "A midrank and W⁺"),
        ("as in [chapter 6](06-chance.ipynb)", "as in chapter 6"),
        ("so {cite:p}`abrams2022`", "so (Abrams et al., 2022)"),
        ("{cite:t}`pratt1959` ranks", "Pratt (1959) ranks"),
        ("so {cite:p}`vonelm2007`", "so (von Elm et al., 2007)"),
        ('"p < .05" & *r*', "“p &lt; .05” &amp; <em>r</em>"),
    ],
)
def test_the_books_markup_reads_well(source, expected):
    """Oracle: what the book's own pages print for it."""
    assert slides.MARKDOWN.renderInline(source) == expected


def test_formulas_are_mathml(seen):
    with_formula = {deck for deck, facts in seen.items() if of_kind(facts, "formula")}
    displayed = {
        deck
        for deck, chapter in CHAPTERS.items()
        if deck in seen
        and any("$$" in "".join(c["source"]) for c in cells(chapter) if c["cell_type"] == "markdown" and not tags(c))
    }
    assert with_formula == displayed


# --- the files -------------------------------------------------------------------------------


def test_the_same_chapters_give_the_same_bytes(book, tmp_path):
    """Oracle: the program in a process of its own, where sets have another order."""
    program = "import sys; from _ext.classroom import slides; slides.write_decks(sys.argv[1])"
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", program, tmp_path], cwd=ROOT, env=environment, check=True)
    first, second = (
        {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        for out in (book / "slides", tmp_path)
    )
    assert first.keys() == second.keys()
    assert not [name for name in first if first[name] != second[name]]


def test_every_link_leads_to_a_file(book):
    pages = sorted((book / "slides").glob("*.html"))
    assert [page.stem for page in pages] == [*CHAPTERS, "index"]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        links = [urldefrag(link).url.partition("?")[0] for link in re.findall(r'(?:href|src)="([^"]+)"', text)]
        assert not [link for link in links if not (page.parent / link).is_file()]
        assert any(link == f"../chapters/{page.name}" for link in links) == (page.stem != "index")
    index = (book / "slides" / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{deck}.html"' in index for deck in CHAPTERS)


def test_slides_in_the_book_use_its_style_and_its_charts(in_browser, book):
    assert not (book / "slides" / "_static").exists()
    asked, complaints = in_browser(lambda browser: opened(browser, book.as_uri(), f"slides/{EXAMPLE}.html")[1:])
    assert f"{book.as_uri()}/_static/vega.js" in asked and f"{book.as_uri()}/_static/book.css" in asked
    assert not complaints
