"""What a reader does with the built book: sidebar, search, solutions, sliders, self-tests; test_pages.py looks at its pages.

Oracle: what Chromium shows, over http and from file://, with the network cut. The book is built first: make book.
"""

import re

import practice
import prepost
import pytest
from conftest import EXAMPLE
from looking import UNDRAWN, WIDTHS
from playwright.sync_api import expect

once = pytest.mark.parametrize("site", ["http"], indirect=True)  # what depends on neither address nor width


@pytest.fixture(scope="module")
def chapters(pages):
    return [page for page in pages if re.match(r"chapters/\d\d-", page)]


@pytest.fixture
def tab(browser, width):
    """An empty tab of one width."""
    with browser.new_context(viewport={"width": width, "height": WIDTHS[width]}) as context:
        yield context.new_page()


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


# Give answers to a question, one after the other: each a text, or the places of what is chosen; return what is said to each.
ASK = """([place, answers]) => answers.map(answer => {
    const box = document.querySelectorAll("form.quiz fieldset")[place], inputs = [...box.querySelectorAll("input")];
    if (typeof answer === "string") inputs[0].value = answer;
    else inputs.forEach((input, option) => { if (input.checked !== answer.includes(option)) input.click(); });
    box.querySelector("button").click();
    return box.querySelector("output").innerText;
})"""


@once
@pytest.mark.parametrize("chapter", practice.chapters())
def test_every_option_of_a_self_test_gets_its_own_feedback(tab, site, chapter):
    """Oracle: the quiz's source, which text2qti reads alike (test_practice.py)."""
    tab.goto(f"{site}/chapters/{practice.chapter_path(chapter).stem}.html", wait_until="domcontentloaded")
    tab.wait_for_selector("form.quiz[data-ready]")
    asked = practice.questions(chapter)
    assert tab.locator("form.quiz fieldset").count() == len(asked)
    for place, question in enumerate(asked):
        say = [without_markup(option.say) for option in question.options]
        right = [number for number, option in enumerate(question.options) if option.right]
        if question.kind == "number":
            values = (question.value, question.value + 2 * question.within + 1)
            answers = ["", *(f"{value:.10g}".replace("-", "−").replace(".", ",") for value in values)]
            said = [f"✓ Right. {without_markup(question.say[0])}", f"✗ Not yet. {without_markup(question.say[1])}"]
            said = ["Type a number, such as −1.96 or 0.34.", *said]
        elif question.kind == "single":
            answers = [[], *([number] for number in range(len(say)))]
            said = [f"{'✓ Right.' if number in right else '✗ Not yet.'} {words}" for number, words in enumerate(say)]
            said = ["Choose first.", *said]
        else:
            answers = [[], right, sorted({0} ^ set(right))]
            lines = [f"{letter}) ✓ {words}" for letter, words in zip("abcdefgh", say)]
            means = "To be ticked." if 0 in right else "Not to be ticked."
            wrong = [f"a) ✗ {means} {say[0]}", *lines[1:]]
            said = ["Choose first.", ["✓ Right.", *lines], [f"✗ Not yet. You decided 1 of {len(say)} otherwise.", *wrong]]
            said = ["\n".join(words) if isinstance(words, list) else words for words in said]
        assert tab.evaluate(ASK, [place, answers]) == said


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
