"""The built book in a real browser, over http and from file://, with the network cut.

Oracle: what Chromium draws, asks for and complains of. The book is built first: make book.
"""

import contextlib
import re
from types import SimpleNamespace
from urllib.parse import urldefrag

import practice
import prepost
import pytest
from conftest import EXAMPLE, HTML, served
from playwright.sync_api import TimeoutError as NotInTime
from playwright.sync_api import expect

WIDTHS = {1280: 900, 390: 844}  # a laptop and a telephone, with their heights
# What depends on the address (what is fetched) does not depend on the width, so each is tried with one of the other.
WAYS = {"http": 390, "file": 1280}
once = pytest.mark.parametrize("site", ["http"], indirect=True)  # what depends on neither

# Charts in a folded solution are drawn when it opens; so open everything, once it has been seen that it was closed.
UNDRAWN = """() => [...document.querySelectorAll("figure.chart")]
    .filter(chart => !chart.querySelector("svg .role-mark :is(path, line, text, image)"))
    .map(chart => chart.textContent.trim().slice(0, 80))"""
UNTYPESET = """() => [...document.querySelectorAll(".math")]
    .filter(formula => !formula.querySelector("math") || formula.querySelector("merror"))
    .map(formula => formula.textContent)"""
# Contrast of every word in a chart with what is behind the chart, as WCAG 2.2 defines it.
FAINTEST = """() => {
    const light = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map(c => c / 255)
            .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    const ground = one => {
        const colour = getComputedStyle(one).backgroundColor;
        return /, 0[)]$/.test(colour) && one.parentElement ? ground(one.parentElement) : light(colour);
    };
    return Math.min(21, ...[...document.querySelectorAll("figure.chart svg text")].map(text => {
        const ink = light(getComputedStyle(text).fill), behind = ground(text.closest("figure"));
        return Math.max(ink, behind) / Math.min(ink, behind);
    }));
}"""

# How high the charts of a page are before any is drawn: Vega comes when the first one asks for it.
CHARTS = "[...document.querySelectorAll('figure.chart')].map(chart => chart.offsetHeight).join()"
EARLY = f"addEventListener('DOMContentLoaded', () => {{ window.early = {CHARTS}; }})"
GROWN = f"() => window.early !== {CHARTS} && [window.early, {CHARTS}]"
# How high each chart is with its sliders, beside what was reserved for it, where they differ.
ROOM = """() => [...document.querySelectorAll("figure.chart")].map(chart => {
    const parts = [...chart.querySelectorAll("svg.marks, .vega-bind")].map(part => part.getBoundingClientRect().height);
    const reserved = parseFloat(getComputedStyle(chart.querySelector(".vega-embed")).minHeight);
    return [parts.reduce((sum, part) => sum + part, 0), reserved, chart.textContent.trim().slice(0, 50)];
}).filter(([drawn, reserved]) => !(Math.abs(drawn - reserved) < 0.5))"""
# Charts that are narrower than the text; those of several panels have a width of their own.
NARROW = """() => [...document.querySelectorAll("figure.chart")]
    .filter(chart => !/"(concat|hconcat|facet|row)"/.test(chart.querySelector("script").textContent))
    .filter(chart => chart.querySelector("svg").clientWidth <= 0.8 * chart.clientWidth)
    .map(chart => chart.textContent.trim().slice(0, 50))"""
# What would take a swipe or the wheel from the page; the numbers behind a chart scroll in a box of their own.
TRAPS = """() => [...document.querySelectorAll(".bd-article *")].filter(box => !box.closest(".chart-table, svg")
    && /auto|scroll/.test(getComputedStyle(box).overflowY) && box.scrollHeight > box.clientHeight)
    .map(box => box.outerHTML.slice(0, 100))"""
# What a box cuts off that scrolls sideways only. Of a formula Chromium counts the room above and below its signs.
CUT = """() => [...document.querySelectorAll(".bd-article *")].filter(box => !box.closest("svg, output, div.math")
    && getComputedStyle(box).overflowY === "hidden" && box.scrollHeight > box.clientHeight + 1)
    .map(box => `${box.scrollHeight - box.clientHeight} pixels of ${box.outerHTML.slice(0, 100)}`)"""


@pytest.fixture(scope="session")
def pages():
    """The names of all pages, such as chapters/index.html."""
    found = [page for page in HTML.rglob("*.html") if not {"_static", "slides", "lite"} & set(page.relative_to(HTML).parts)]
    if not found:
        pytest.fail("There is no built book: run make book first.")
    return sorted(page.relative_to(HTML).as_posix() for page in found)


@pytest.fixture(scope="session")
def chapters(pages):
    return [page for page in pages if re.match(r"chapters/\d\d-", page)]


@pytest.fixture(scope="session", params=WAYS)
def site(request, pages):
    """The address of the book."""
    if request.param == "file":
        yield HTML.as_uri()
        return
    with served(HTML) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def width(site):
    return WAYS[site.partition(":")[0]]


@pytest.fixture
def tab(browser, width):
    """An empty tab of one width."""
    with browser.new_context(viewport={"width": width, "height": WIDTHS[width]}) as context:
        yield context.new_page()


@pytest.fixture(scope="session")
def seen(browser, site, width, pages):
    """What was seen on each page, opened once at this address and width."""
    with browser.new_context(viewport={"width": width, "height": WIDTHS[width]}) as context:
        context.add_init_script(EARLY)
        return {page: look(context.new_page(), site, page) for page in pages}


def look(tab, site, page):
    asked, complaints = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    tab.on("response", lambda reply: reply.status >= 400 and complaints.append(f"{reply.status} {reply.url}"))
    tab.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(f"{site}/{page}")
    if page == "index.html":
        tab.wait_for_url("**/chapters/index.html")
    with contextlib.suppress(NotInTime):  # what is still missing then is reported by the tests
        tab.wait_for_function(f"!({UNDRAWN})().length && !({UNTYPESET})().length", timeout=120_000)
    grown = tab.evaluate(GROWN)
    open_solutions = tab.locator("details.solution[open]").count()
    tab.evaluate("document.querySelectorAll('details:is(.solution, .hood, .guess)').forEach(fold => fold.open = true)")
    with contextlib.suppress(NotInTime):  # what opens is drawn once more, as wide as it is now
        tab.wait_for_function(f"!({ROOM})().length && !({NARROW})().length", timeout=120_000)
    facts = SimpleNamespace(
        asked=[url for url in asked if not url.startswith((site, "data:", "blob:"))],
        complaints=complaints,
        grown=grown,
        open_solutions=open_solutions,
        room=tab.evaluate(ROOM),
        narrow=tab.evaluate(NARROW),
        traps=tab.evaluate(TRAPS),
        cut=tab.evaluate(CUT),
        undrawn=tab.evaluate(UNDRAWN),
        untypeset=tab.evaluate(UNTYPESET),
        width=tab.evaluate("document.documentElement.scrollWidth"),
        search_boxes=tab.locator(".search-button__button:visible, input[type=search]:visible").count(),
        links=tab.evaluate("[...document.querySelectorAll('a[href]')].map(link => link.href)"),
        contrast={},
    )
    for theme in ("light", "dark"):
        tab.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        facts.contrast[theme] = tab.evaluate(FAINTEST)
    tab.close()
    return facts


def none(seen, fact):
    """Say which pages have a fact that they should not have."""
    found = {page: getattr(facts, fact) for page, facts in seen.items() if getattr(facts, fact)}
    assert not found, found


def test_no_page_asks_another_host_for_anything(seen):
    none(seen, "asked")


def test_no_request_fails_and_the_console_stays_silent(seen):
    none(seen, "complaints")


def test_every_chart_is_drawn(seen):
    none(seen, "undrawn")


def test_every_formula_is_typeset(seen):
    none(seen, "untypeset")


def test_every_solution_is_folded_at_first(seen):
    none(seen, "open_solutions")


def test_charts_are_as_high_before_they_are_drawn_as_after(seen):
    none(seen, "grown")


def test_each_chart_takes_the_room_that_was_reserved_for_it(seen):
    none(seen, "room")


def test_a_chart_is_as_wide_as_the_text(seen):
    """Also one in a solution, which has no width until it opens."""
    none(seen, "narrow")


def test_nothing_in_a_page_takes_a_swipe_or_the_wheel_from_it_and_nothing_is_cut(seen):
    none(seen, "traps")
    none(seen, "cut")


def test_no_page_scrolls_sideways(seen, width):
    assert not {page: facts.width for page, facts in seen.items() if facts.width > width}


def test_there_is_one_search_box(seen):
    """The search page itself has a second one, with what was searched for."""
    boxes = {page: facts.search_boxes for page, facts in seen.items() if page != "search.html"}
    assert set(boxes.values()) == {1}, boxes


def test_every_link_within_the_book_leads_to_a_file(seen, site):
    links = {urldefrag(link).url for facts in seen.values() for link in facts.links}
    inside = {link.removeprefix(site).partition("?")[0].strip("/") for link in links if link.startswith(site)}
    assert not sorted(path for path in inside if not (HTML / path).is_file())


def test_words_in_charts_stand_out_in_light_and_dark(seen):
    """At least 4.5 to 1, as WCAG 2.2 asks of small text."""
    assert not {page: facts.contrast for page, facts in seen.items() if min(facts.contrast.values()) < 4.5}


def test_the_sidebar_button_opens_and_closes_the_sidebar(tab, site, width, chapters):
    tab.goto(f"{site}/{chapters[0]}")
    link = tab.locator(".bd-sidebar-primary nav a").first
    at_first = width >= 992  # the sidebar is open on wide screens only
    expect(link).to_be_in_viewport() if at_first else expect(link).not_to_be_in_viewport()
    tab.locator(".primary-toggle:visible").click()
    expect(link).not_to_be_in_viewport() if at_first else expect(link).to_be_in_viewport()
    if at_first:
        tab.locator(".primary-toggle:visible").click()
        expect(link).to_be_in_viewport()
    else:  # the open sidebar lies over its button: a tap beside it closes it
        tab.mouse.click(width - 10, 400)
        expect(link).not_to_be_in_viewport()


def test_search_finds_a_chapter(tab, site, chapters):
    tab.goto(f"{site}/{chapters[0]}")
    tab.locator(".search-button__button:visible").click()
    tab.locator("input[type=search]:visible").fill("signed-rank")
    tab.keyboard.press("Enter")
    expect(tab.locator("#search-results li a[href*='chapters/']").first).to_be_visible()


def test_a_solution_opens_by_mouse_and_by_keyboard(tab, site, chapters):
    tab.goto(f"{site}/{chapters[0]}")
    solution = tab.locator("details.solution").first
    solution.locator("summary").first.click()
    expect(solution).to_have_attribute("open", "")
    solution.locator("summary").first.press("Enter")
    expect(solution).not_to_have_attribute("open", "")


@once
def test_every_slider_moves_its_chart(tab, site, chapters):
    for chapter in chapters:
        tab.goto(f"{site}/{chapter}")
        tab.evaluate("document.querySelectorAll('details.hood').forEach(fold => fold.open = true)")
        tab.wait_for_function(f"!({UNDRAWN})().length")
        for chart in tab.locator("figure.chart", has=tab.locator("input[type=range]")).all():
            for slider in chart.locator("input[type=range]").all():
                before = chart.locator("svg").first.inner_html()
                slider.press("ArrowLeft" if slider.evaluate("slider => slider.value === slider.max") else "ArrowRight")
                expect(chart.locator("svg").first).not_to_have_js_property("innerHTML", before)


@once
@pytest.mark.parametrize("added", [-4, -1.5, 0, 0.5, 2])
def test_chapter_7_slider_shows_the_test_of_the_shifted_scores(tab, site, added):
    """Oracle: prepost.signed_rank, which test_statistics.py compares with R."""
    measure = prepost.load("instruments").index[0]  # the one that the chapter is about
    both = prepost.load("scores")[[f"{measure}_before", f"{measure}_after"]].dropna()
    test = prepost.signed_rank(both[f"{measure}_after"] + added - both[f"{measure}_before"])
    if not EXAMPLE.startswith("07"):
        pytest.skip("this book has no chapter 7, whose slider adds points to the scores")
    tab.goto(f"{site}/chapters/{EXAMPLE}.html")
    chart = tab.locator("figure.chart", has=tab.locator("input[type=range]"))
    chart.locator("input").fill(str(added))
    sums = f"W⁺ = {test['W+']:g}, W⁻ = {test['W-']:g}, Z = {test['Z']:.3f}"
    expect(chart.locator("svg")).to_contain_text(sums.replace("-", "−"))
    p = "p < .0001" if test["p"] < 0.0001 else f"p = {test['p']:.4f}".replace("0.", ".")
    expect(chart.locator("svg")).to_contain_text(p)


def feedback(box):
    return box.locator("output").inner_text()


@once
@pytest.mark.parametrize("chapter", practice.chapters())
def test_every_option_of_a_self_test_gets_its_own_feedback(tab, site, chapter):
    """Oracle: the quiz's source, which text2qti reads alike (test_practice.py)."""
    name = practice.chapter_path(chapter).stem
    tab.goto(f"{site}/chapters/{name}.html")
    for question, box in zip(practice.questions(chapter), tab.locator("form.quiz fieldset").all(), strict=True):
        button = box.get_by_role("button", name="Check")
        button.click()
        assert feedback(box) in ("Choose first.", "Type a number, such as −1.96 or 0.34.")
        if question.kind == "number":
            for value, says, verdict in [
                (question.value, question.say[0], "✓ Right."),
                (question.value + 2 * question.within + 1, question.say[1], "✗ Not yet."),
            ]:
                box.locator("input").fill(f"{value:.10g}".replace("-", "−").replace(".", ","))
                button.click()
                assert feedback(box) == f"{verdict} {without_markup(says)}"
            continue
        for number, option in enumerate(question.options):
            choice = box.locator("input").nth(number)
            if question.kind == "several":
                choice.set_checked(option.right)
                continue
            choice.check()
            button.click()
            assert feedback(box) == f"{'✓ Right.' if option.right else '✗ Not yet.'} {without_markup(option.say)}"
        if question.kind == "several":
            button.click()
            lines = [f"{letter}) ✓ {without_markup(o.say)}" for letter, o in zip("abcdefgh", question.options)]
            assert feedback(box).split("\n") == ["✓ Right.", *lines]
            first = box.locator("input").first
            first.set_checked(not question.options[0].right)
            button.click()
            means = "To be ticked." if question.options[0].right else "Not to be ticked."
            lines[0] = f"a) ✗ {means} {without_markup(question.options[0].say)}"
            count = len(question.options)
            assert feedback(box).split("\n") == [f"✗ Not yet. You decided 1 of {count} otherwise.", *lines]


def without_markup(text):
    return re.sub(r"[*`]", "", text)


def test_a_self_test_is_answered_by_keyboard_alone_and_says_so_to_a_screen_reader(tab, site):
    """An output element is a live region by itself: role status."""
    asked = practice.questions(int(EXAMPLE[:2]))
    tab.goto(f"{site}/chapters/{EXAMPLE}.html")
    boxes = tab.locator("form.quiz fieldset").all()
    place = [question.kind for question in asked].index("single")
    boxes[place].locator("input").first.focus()
    tab.keyboard.press("Space")
    for _ in range([option.right for option in asked[place].options].index(True)):
        tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    expect(boxes[place].get_by_role("status")).to_contain_text("✓ Right.")
    place = [question.kind for question in asked].index("number")
    boxes[place].locator("input").focus()
    tab.keyboard.type(f"{asked[place].value:g}")
    tab.keyboard.press("Enter")
    expect(boxes[place].get_by_role("status")).to_contain_text("✓ Right.")
    expect(boxes[place]).to_have_role("group")
    expect(boxes[place]).to_have_accessible_name(re.compile(rf"^{place + 1}\. "))
