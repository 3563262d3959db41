"""The built book in Firefox: pages, charts, formulas, self-test, search, slides and a notebook, as Chromium shows them.

Oracle: what Firefox draws and complains of. The book is built first: make book. Where there is no Firefox, this is skipped.
"""

import json
import re

import firefox
import practice
import pytest
from conftest import EXAMPLE, needs_slider, served, weekly
from looking import CUT, EARLY, GROWN, TRAPS, UNDRAWN, UNTYPESET
from test_browser import CELLS, FIRST, HTML, LAST, READY, RUN, lite_cells, needs_python

pytestmark = [
    pytest.mark.skipif(not firefox.NAME, reason="There is no Firefox. On Debian: sudo apt-get install firefox-esr"),
    pytest.mark.xdist_group("firefox"),
]
PAGES = sorted(page.relative_to(HTML).as_posix() for page in HTML.glob("chapters/**/*.html"))
SOME = [f"chapters/{name}.html" for name in (FIRST, EXAMPLE, LAST)]  # Chromium sees every chapter each time
SELF_TEST = f"chapters/{EXAMPLE}.html"


@pytest.fixture(scope="module")
def site():
    with served(HTML) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def started():
    with firefox.launch() as browser:
        browser.send("script.addPreloadScript", functionDeclaration=f"() => {{ {EARLY} }}")
        yield browser


@pytest.fixture
def browser(started):
    """The tab, of a telephone's size; it complains of nothing."""
    started.size(390, 844)
    started.complaints.clear()
    yield started
    complaints = list(started.complaints)
    started.goto("about:blank")  # what a page still asks for then fails, which is no fault of the page
    assert not complaints


@pytest.mark.parametrize(
    "page", [page if page in SOME or not re.match(r"chapters/\d", page) else pytest.param(page, marks=weekly) for page in PAGES]
)
def test_a_page_shows_its_charts_and_formulas_and_fits_a_telephone(browser, site, page):
    browser.goto(f"{site}/{page}")
    browser.wait_for(f"!({UNDRAWN})().length")
    assert browser.evaluate(f"({UNTYPESET})()") == []
    assert browser.evaluate(f"({GROWN})()") is False
    browser.evaluate("document.querySelectorAll('details:is(.solution, .hood, .guess)').forEach(fold => fold.open = true)")
    assert browser.evaluate("document.documentElement.scrollWidth") <= 390
    assert browser.evaluate(f"({TRAPS})()") == browser.evaluate(f"({CUT})()") == []


@needs_slider
def test_a_question_is_answered_and_a_slider_is_set(browser, site):
    browser.goto(f"{site}/{SELF_TEST}")
    asked = practice.questions(int(EXAMPLE[:2]))
    place = next(place for place, question in enumerate(asked) if question.kind == "single")
    box = f"document.querySelectorAll('form.quiz fieldset')[{place}]"
    right = [option.right for option in asked[place].options].index(True)
    number = browser.evaluate(f"[...document.querySelectorAll('form.quiz input')].indexOf({box}.querySelector('input'))")
    browser.click("form.quiz input", number + right)
    browser.click("form.quiz fieldset button", place)
    browser.wait_for(f"{box}.querySelector('output').textContent.startsWith('✓ Right.')")
    browser.wait_for(f"!({UNDRAWN})().length")
    slider = "document.querySelector('.vega-bind [type=range]')"
    before = browser.evaluate(f"[Number({slider}.value), {slider}.closest('.vega-embed').querySelector('svg').innerHTML]")
    browser.click(".vega-bind button[aria-label^=More]")
    browser.wait_for(f"{slider}.closest('.vega-embed').querySelector('svg').innerHTML !== {json.dumps(before[1])}")
    assert browser.evaluate(f"Number({slider}.value)") > before[0]
    browser.wait_for(f"{slider}.closest('.vega-embed').querySelector('output').textContent.includes({slider}.value)")


def test_the_search_finds_a_chapter(browser, site):
    browser.goto(f"{site}/search.html?q=signed-rank")
    browser.wait_for("document.querySelector(\"#search-results li a[href*='chapters/']\")")


def test_slides_show_their_charts(browser, site):
    browser.size(1280, 720)
    browser.goto(f"{site}/slides/{FIRST}.html")
    browser.wait_for("document.querySelector('.reveal.ready')")
    browser.wait_for("![...document.querySelectorAll('figure.chart')].some(chart => !chart.querySelector('svg .role-mark'))")
    at_first = browser.evaluate("location.hash")
    browser.press("\ue014")  # the arrow to the right
    browser.wait_for(f"location.hash !== {json.dumps(at_first)}")


@needs_python
def test_a_notebook_runs(browser, site):
    """Oracle for what it prints: test_browser.py, which compares it in Chromium."""
    browser.size(1280, 900)
    browser.goto(f"{site}/lite/notebooks/index.html?path={FIRST}.ipynb")
    browser.wait_for(READY, seconds=300)
    browser.evaluate(f"({RUN})('notebook:run-all-cells')")
    cells = [cell for cell in browser.evaluate(f"({CELLS})()") if cell["type"] == "code"]
    assert len(cells) == sum(cell["cell_type"] == "code" for cell in lite_cells(FIRST))
    assert not [cell["source"] for cell in cells if cell["ran"] is None]
    assert not re.search('"output_type": "error"', json.dumps([cell["outputs"] for cell in cells]))
