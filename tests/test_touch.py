"""The built book under a finger and the wheel: what scrolls, what stays where it is, and what can be set.

Oracle: Chromium, with touches and turns of the wheel as a screen and a mouse make them. The book is built first: make book.
"""

import functools

import pytest
from conftest import EXAMPLE, HTML, few, needs_slider, served, signs, widest
from looking import UNDRAWN
from lxml.html import fromstring
from playwright.sync_api import expect

from _ext.pages import body
from _ext.shared import charts
from _ext.shared.formulas import mathml

SIZES = {"telephone": {"width": 390, "height": 844}, "laptop": {"width": 1280, "height": 900}}
EXAMPLE_PAGE = f"chapters/{EXAMPLE}.html"
PAGES = sorted(page.relative_to(HTML).as_posix() for page in HTML.glob("chapters/**/*.html"))
WIDE = widest()
AT_REST = """() => new Promise(rests => {
    let before, frames;
    const look = () => {
        frames = scrollY === before ? frames + 1 : 0;
        before = scrollY;
        if (frames === 4) rests(); else requestAnimationFrame(look);
    };
    look();
})"""
OPEN = "document.querySelectorAll('details').forEach(fold => fold.open = true)"


@pytest.fixture(scope="module")
def site():
    with served(HTML) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def finger(browser, site):
    """A tab of a telephone, and a function that swipes from the middle of something: pixels to the right, and down."""
    with browser.new_context(viewport=SIZES["telephone"], has_touch=True, reduced_motion="reduce") as context:
        tab = context.new_page()
        screen = context.new_cdp_session(tab)

        def swipe(thing, right=0, down=0):
            thing.evaluate("one => one.scrollIntoView({block: 'center', behavior: 'instant'})")
            tab.evaluate(AT_REST)  # a finger that lands on a page in motion only stops it
            box = thing.bounding_box()
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            touch = functools.partial(screen.send, "Input.dispatchTouchEvent")
            touch({"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
            for part in (0.3, 0.6, 1):
                touch({"type": "touchMove", "touchPoints": [{"x": x + right * part, "y": y + down * part}]})
            touch({"type": "touchEnd", "touchPoints": []})

        tab.swipe = swipe
        yield tab


def drawn(tab, address):
    """Open a page, and wait until its charts are drawn, also those that are folded."""
    tab.goto(address)
    tab.wait_for_function(f"!({UNDRAWN})().length", timeout=120_000)
    return tab


# --- what scrolls -------------------------------------------------------------------------------


WITH_CHARTS = [page for page in PAGES if 'figure class="chart"' in (HTML / page).read_text("utf-8")]


@few("page", WITH_CHARTS)
def test_a_swipe_over_any_chart_moves_the_page(finger, site, page):
    drawn(finger, f"{site}/{page}")
    finger.evaluate(OPEN)
    for chart in finger.locator("figure.chart svg.marks").all():
        before = chart.evaluate("one => { one.scrollIntoView({block: 'center', behavior: 'instant'}); return scrollY; }")
        finger.swipe(chart, down=120 if before > 200 else -120)
        finger.wait_for_function("before => Math.abs(scrollY - before) > 60", arg=before)


@needs_slider
def test_one_notch_of_the_wheel_over_a_chart_with_a_slider_moves_the_page(browser, site):
    with browser.new_context(viewport=SIZES["laptop"], reduced_motion="reduce") as context:
        tab = drawn(context.new_page(), f"{site}/{EXAMPLE_PAGE}")
        for chart in tab.locator("figure.chart:has([type=range]) svg.marks").all():
            chart.evaluate("one => one.scrollIntoView({block: 'center', behavior: 'instant'})")
            chart.hover()
            before = tab.evaluate("scrollY")
            tab.mouse.wheel(0, -100)
            tab.wait_for_function("before => scrollY < before - 50", arg=before)


@pytest.mark.skipif(signs(WIDE) < 60, reason=f"No line of {WIDE} is wider than a telephone.")
def test_what_scrolls_fades_out_where_there_is_more(browser, site):
    with browser.new_context(viewport=SIZES["telephone"]) as context:
        tab = drawn(context.new_page(), f"{site}/{WIDE}")
        tab.evaluate(OPEN)
        boxes = tab.locator("main [role=region], main pre")
        wide = [box for box in boxes.all() if box.evaluate("one => one.scrollWidth > one.clientWidth + 1")]
        assert wide
        for box in wide:
            expect(box).to_have_attribute("data-more", "right")
            expect(box).to_have_css(
                "mask-image",
                "linear-gradient(to right, rgba(0, 0, 0, 0), rgb(0, 0, 0) 0px, "
                "rgb(0, 0, 0) calc(100% - 40px), rgba(0, 0, 0, 0))",
            )
            box.evaluate("one => { one.scrollLeft = 9999; }")
            expect(box).to_have_attribute("data-more", "left")
        assert boxes.count() > len(wide)
        narrow = [box for box in boxes.all() if box.evaluate("one => one.scrollWidth <= one.clientWidth")]
        assert not [box for box in narrow if box.get_attribute("data-more")]


def test_printed_columns_do_not_wrap_and_printed_sentences_do():
    columns, sentence = "before   20\nafter    21", "A sentence as long as a page is wide. And one more."
    page = fromstring(body.mend(f'<div class="cell_output"><pre>{columns}</pre><pre>{sentence}</pre></div>', "page"))
    assert [printed.get("class") for printed in page.iter("pre")] == ["columns", None]


# --- what can be set ----------------------------------------------------------------------------


def slider_of(tab):
    """The first slider of a page, the value beside it, the buttons, and what is said."""
    control = tab.locator(".vega-bind:has([type=range])").first
    said = tab.locator(".vega-embed:has([type=range])").first.get_by_role("status")
    less, more = (control.get_by_role("button", name=word) for word in ("Less", "More"))
    return control.get_by_role("slider"), control.locator("span").last, less, more, said


@needs_slider
def test_a_finger_sets_a_slider_to_the_next_step_and_hears_where_it_is(finger, site):
    drawn(finger, f"{site}/{EXAMPLE_PAGE}")
    slider, value, less, more, said = slider_of(finger)
    name, step = finger.locator(".vega-bind-name").first.inner_text().strip(), float(slider.get_attribute("step"))
    expect(slider).to_have_accessible_name(name)
    expect(more).to_have_accessible_name(f"More: {name}")
    at_first, picture = float(slider.input_value()), finger.locator("figure.chart:has([type=range]) svg.marks").first
    before = picture.inner_html()
    more.tap()
    assert float(slider.input_value()) == pytest.approx(at_first + step)
    expect(picture).not_to_have_js_property("innerHTML", before)
    expect(value).to_have_text(f"{at_first + step:.10g}")
    expect(said).to_contain_text(f"{name} {at_first + step:.10g}; ")
    less.press("Enter")
    less.press("Space")
    expect(value).to_have_text(f"{at_first - step:.10g}")
    expect(said).to_contain_text(f"{name} {at_first - step:.10g}; ")
    for button in (less, more):
        box = button.bounding_box()
        assert box["width"] >= 44 and box["height"] >= 36


@needs_slider
def test_a_swipe_down_that_begins_on_a_slider_scrolls_and_one_sideways_sets_it(finger, site):
    drawn(finger, f"{site}/{EXAMPLE_PAGE}")
    slider = slider_of(finger)[0]
    at_first = slider.input_value()
    slider.evaluate("one => one.scrollIntoView({block: 'center', behavior: 'instant'})")
    before = finger.evaluate("scrollY")
    finger.swipe(slider, right=2, down=-150)
    finger.wait_for_function("before => Math.abs(scrollY - before) > 60", arg=before)
    assert slider.input_value() == at_first
    finger.swipe(slider, right=100)
    expect(slider).not_to_have_value(at_first)


def test_the_list_of_sections_closes_after_a_tap_on_one(finger, site):
    finger.goto(f"{site}/{EXAMPLE_PAGE}")
    finger.locator(".secondary-toggle:visible").tap()
    bar = finger.locator(".bd-sidebar-secondary")
    link = bar.locator("a[href^='#']").nth(3)
    expect(link).to_be_in_viewport()
    section = finger.locator(link.get_attribute("href"))
    link.tap()
    expect(bar).to_be_hidden()
    expect(section.locator("h2").first).to_be_in_viewport()
    expect(finger.locator(".secondary-toggle:visible")).to_have_attribute("aria-expanded", "false")


# --- how -----------------------------------------------------------------------------------------


def test_a_minus_before_a_number_stands_close_to_it():
    assert '<mo form="prefix">−</mo><mo stretchy="false" lspace="0" rspace="0">|</mo>' in mathml(r"\Phi(-|Z|)", False)
    assert "<mo>−</mo>" in mathml("(a) - b", False)


def test_a_patch_of_a_chart_that_heights_do_not_know_is_named():
    spec = {"mark": "point", "usermeta": {"embedOptions": {"patch": [{"op": "move", "path": "/layout", "from": "/a"}]}}}
    with pytest.raises(ValueError, match="operation 'move'"):
        charts.heights(spec)
