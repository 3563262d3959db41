"""The built book in the hands of readers with a keyboard or a screen reader; test_pages.py looks at every page.

Oracles: axe-core with every rule it has, also of level AAA, experimental and deprecated; and Chromium, for where Tab
leads and what is announced. The book is built first: make book.
"""

import base64
import io
import json
import re

import pytest
from conftest import EXAMPLE, HTML, needs_slider, served, signs, widest
from fontTools.ttLib import TTFont
from looking import OPEN, UNDRAWN, UNTYPESET, WIDTHS, faults
from playwright.sync_api import expect

from _ext.pages import body

CHARTS = {page: page.read_text("utf-8") for page in sorted(HTML.glob("chapters/[0-9]*.html"))}
WITH_RADIO = next((f"chapters/{page.name}" for page, text in CHARTS.items() if '"input": "radio"' in text), None)
PAGE = WITH_RADIO or f"chapters/{EXAMPLE}.html"
WIDE = widest()
STYLE_OF_THE_THEME = HTML / "_static" / "styles" / "pydata-sphinx-theme.css"
# What Tab should lead to, in this order, each marked with its place; of a group of radio buttons, one.
STOPS = """() => {
    const group = one => one.type === "radio" && one.closest("form")
        && [...one.closest("form").querySelectorAll(`[name="${one.name}"]`)];
    const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
        .filter(one => one.tabIndex >= 0 && one.checkVisibility({visibilityProperty: true}))
        .filter(one => !group(one) || one === (group(one).find(other => other.checked) ?? group(one)[0]));
    stops.forEach((stop, place) => { stop.dataset.stop = place; });
    return stops.length;
}"""
# Where the focus is; and what is wrong with how it shows: no ring, a faint one, something before it, out of sight.
FOCUS = """() => {
    const one = document.activeElement, page = document.documentElement, wrong = [];
    const light = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map(c => c / 255)
            .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    const style = getComputedStyle(one), behind = light(getComputedStyle(document.body).backgroundColor);
    const ring = light(style.outlineColor);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) wrong.push("no ring");
    if (Math.max(ring, behind) / Math.min(ring, behind) < 3) wrong.push(`a faint ring, ${page.dataset.theme}`);
    if (style.opacity < 1) wrong.push("hardly visible");
    const boxes = [...one.getClientRects()], places = boxes.flatMap(box => [0.1, 0.5, 0.9].map(part => [
        box.left + part * box.width, Math.min(innerHeight - 3, Math.max(3, box.top + box.height / 2))]));
    const there = places.map(place => document.elementFromPoint(...place)).filter(Boolean);
    if (!there.some(top => one.contains(top) || top.contains(one) && top !== document.body && top !== page
        || [...(one.labels ?? [])].includes(top))) wrong.push(`behind ${there[0]?.outerHTML.slice(0, 60)}`);
    const start = one.outerHTML.slice(0, 120);
    return [one.dataset.stop ?? start, wrong.map(fault => `${start}: ${fault}`)];
}"""


@pytest.fixture(scope="module")
def site():
    with served(HTML) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def contexts(browser):
    """A visitor with a laptop and one with a telephone."""
    size = {width: {"width": width, "height": height} for width, height in WIDTHS.items()}
    found = {width: browser.new_context(viewport=size[width], reduced_motion="reduce") for width in WIDTHS}
    yield found
    for context in found.values():
        context.close()


@pytest.fixture(params=WIDTHS)
def tab(contexts, request, site):
    """A chapter with a slider, on a laptop and on a telephone."""
    tab = open_page(contexts[request.param], f"{site}/{PAGE}")
    tab.width = request.param
    yield tab
    tab.close()


def open_page(context, address):
    """Open a page with all that is folded in it, and wait until its charts and formulas are there."""
    tab = context.new_page()
    tab.goto(address)
    tab.evaluate(OPEN)
    tab.wait_for_function(f"!({UNDRAWN})().length && !({UNTYPESET})().length", timeout=120_000)
    return tab


PLANTED = {
    "image-alt": "<img src='data:,'>",
    "color-contrast-enhanced": "<p style='color: #666; background: #fff'>Pale words.",  # level AAA
    "label-content-name-mismatch": "<button aria-label='Go'>Words that are seen</button>",  # experimental
    "duplicate-id": "<p id='one'>1<p id='one'>2",  # deprecated
    "heading-order": "<h5>A heading that leaves a level out</h5>",  # best practice
}


def test_axe_would_find_a_fault_of_each_kind(contexts, site):
    tab = open_page(contexts[1280], f"{site}/chapters/index.html")
    plant = "(article, fault) => article.insertAdjacentHTML('beforeend', fault)"
    tab.locator("article").evaluate(plant, "".join(PLANTED.values()))
    assert {complaint.partition(":")[0] for complaint in faults(tab)["light"]} >= PLANTED.keys()
    tab.close()


@pytest.mark.parametrize(
    "width, button",
    [
        (1280, ".search-button__button"),
        (390, ".search-button__button"),
        (390, ".primary-toggle"),
        (390, ".secondary-toggle"),
    ],
)
def test_axe_finds_nothing_in_what_opens_over_a_page(contexts, site, width, button):
    tab = open_page(contexts[width], f"{site}/{PAGE}")
    tab.mouse.wheel(0, 2000)
    tab.mouse.wheel(0, -500)  # now a telephone has the button "Back to top", too
    tab.locator(f"{button}:visible").first.click()
    tab.wait_for_function("document.getAnimations().every(motion => motion.playState === 'finished')")
    assert faults(tab) == {"light": [], "dark": []}
    tab.close()


def test_tab_leads_through_a_chapter_and_back_and_shows_where_it_is(tab):
    # "On this page" unfolds where the reader is, some time after a step there: here it lies open from the start.
    tab.add_style_tag(content="nav.page-toc ul { display: block !important }")
    count, wrong = tab.evaluate(STOPS), []
    for key, order, theme in [("Tab", range(count), "light"), ("Shift+Tab", reversed(range(count - 1)), "dark")]:
        tab.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        for place in order:
            tab.keyboard.press(key)
            at, faults = tab.evaluate(FOCUS)
            assert at == str(place)
            wrong += faults
    assert not wrong
    assert count >= tab.locator("a[href]:not([tabindex='-1']):visible, summary:visible").count() > 10


@pytest.mark.skipif(signs(WIDE) < 60, reason=f"No line of {WIDE} is wider than a telephone.")
@pytest.mark.parametrize("width", WIDTHS)
def test_arrow_keys_scroll_what_is_too_wide(contexts, site, width):
    tab = open_page(contexts[width], f"{site}/{WIDE}")
    wide = "box => box.scrollWidth > box.clientWidth + 9"
    boxes = [box for box in tab.locator("main [role=region], pre").all() if box.evaluate(wide)]
    for box in boxes:
        box.focus()
        tab.keyboard.press("ArrowRight")
        tab.wait_for_function("document.activeElement.scrollLeft > 0")
    assert boxes or width == 1280
    tab.close()


def test_the_search_gives_the_focus_back(tab):
    button, search = tab.locator(".search-button__button:visible").first, tab.locator(".search-button__wrapper input")
    button.focus()
    tab.keyboard.press("Enter")
    expect(search).to_be_focused()
    tab.keyboard.press("Escape")
    expect(search).to_be_hidden()
    expect(button).to_be_focused()
    tab.locator("main summary").first.focus()
    tab.keyboard.press("ControlOrMeta+k")
    expect(search).to_be_focused()
    tab.keyboard.press("ControlOrMeta+k")
    expect(search).to_be_hidden()
    expect(tab.locator("main summary").first).to_be_focused()
    button.click()
    expect(search).to_be_focused()
    tab.mouse.click(5, WIDTHS[tab.width] - 5)
    expect(search).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    tab.keyboard.press("Tab")
    expect(search).to_be_hidden()
    assert tab.evaluate("document.activeElement !== document.body")


@pytest.mark.parametrize("side", ["primary", "secondary"])
def test_a_sidebar_over_the_page_takes_the_focus_and_gives_it_back(contexts, site, side):
    tab = open_page(contexts[390], f"{site}/{PAGE}")
    button, sidebar = tab.locator(f".{side}-toggle:visible"), tab.locator(f".bd-sidebar-{side}")
    button.focus()
    expect(button).to_have_attribute("aria-expanded", "false")
    tab.keyboard.press("Enter")
    expect(sidebar.locator("a, button").first).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    tab.keyboard.press("Escape")
    expect(sidebar).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    tab.keyboard.press("Enter")
    expect(sidebar.locator("a, button").first).to_be_focused()
    sidebar.locator("a").last.focus()
    tab.keyboard.press("Tab")
    expect(sidebar).to_be_hidden()
    assert tab.evaluate("document.activeElement !== document.body")
    tab.close()


def test_the_sidebar_beside_the_page_says_whether_it_is_open(contexts, site):
    tab = open_page(contexts[1280], f"{site}/{PAGE}")
    button = tab.locator(".primary-toggle:visible")
    for state in ("true", "false", "true"):
        expect(button).to_have_attribute("aria-expanded", state)
        button.press("Enter")
        tab.wait_for_timeout(200)  # the theme moves the focus after a while
        expect(button).to_be_focused()
    tab.close()


def test_a_menu_opens_and_closes_by_keyboard(tab):
    button = tab.locator(".article-header-buttons .dropdown > button:visible").first
    if not button.count():
        pytest.skip("A book without a repository has no menus.")
    menu = button.locator("+ ul")
    button.press("Enter")
    expect(menu).to_be_visible()
    tab.keyboard.press("ArrowDown")
    expect(menu.locator("a, button").first).to_be_focused()
    tab.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()


def test_the_button_for_light_and_dark_says_which_is_chosen(tab):
    button = tab.locator(".theme-switch-button:visible")
    for _ in range(3):
        button.press("Enter")
        expect(button).to_have_accessible_name(f"Colours: {tab.evaluate('document.documentElement.dataset.mode')}")
    expect(button).to_have_accessible_name("Colours: auto")


def test_an_answer_to_a_question_is_announced(tab):
    box = tab.locator("form.quiz fieldset").first
    box.locator("button").press("Enter")
    expect(box.get_by_role("status")).to_have_text(re.compile("[✓✗] .{20}"))


@needs_slider
def test_what_a_slider_changes_is_announced(contexts, site):
    """Oracle: what the chart shows."""
    tab = open_page(contexts[1280], f"{site}/chapters/{EXAMPLE}.html")
    chart = tab.locator("figure.chart", has=tab.locator("input[type=range]")).first
    said = chart.get_by_role("status")
    expect(said).to_be_empty()
    chart.get_by_role("slider").press("ArrowRight")
    expect(said).not_to_be_empty()
    assert said.text_content().split("; ") == chart.locator("svg .mark-text.role-mark text").all_text_contents()
    tab.close()


@pytest.mark.skipif(not WITH_RADIO, reason="No chart of this book has radio buttons.")
def test_radio_buttons_of_a_chart_are_a_group_with_a_name(contexts, site):
    tab = open_page(contexts[390], f"{site}/{PAGE}")
    name = tab.locator(".vega-bind:has([type=radio]) .vega-bind-name").first.inner_text().strip()
    options = json.loads(re.search(r'"input": "radio"[^{}]*?"options": (\[.*?\])', CHARTS[HTML / PAGE])[1])
    expect(tab.get_by_role("radiogroup", name=name).get_by_role("radio")).to_have_count(len(options))
    tab.close()


def test_nothing_moves_for_those_who_do_not_want_it(browser, site):
    slowest = """() => Math.max(...[...document.querySelectorAll("*")].flatMap(one => {
        const style = getComputedStyle(one);
        return `${style.transitionDuration}, ${style.animationDuration}`.split(", ").map(parseFloat);
    }))"""
    for motion, moves in {"no-preference": True, "reduce": False}.items():
        with browser.new_context(reduced_motion=motion) as context:
            tab = open_page(context, f"{site}/{PAGE}")
            assert (tab.evaluate(slowest) > 0.05) == moves
            smooth = tab.evaluate("getComputedStyle(document.documentElement).scrollBehavior")
            assert (smooth == "smooth") == moves


def test_nothing_is_kept_but_the_choice_of_colours(browser, site):
    """Not what was searched for; of answers, only what is typed or chosen (see test_live.py)."""
    with browser.new_context() as context:
        tab = open_page(context, f"{site}/{PAGE}")
        tab.locator(".theme-switch-button:visible").click()
        word = max(re.findall(r"\w+", tab.locator("main h1:visible").inner_text()), key=len)
        tab.goto(f"{site}/search.html?q={word}")
        tab.locator("#search-results a").first.click()
        expect(tab.locator(".highlighted:visible").first).to_be_visible()  # what was searched for is marked there, once
        tab.goto(f"{site}/search.html?q={word.lower()}")
        tab.locator("#search-results a").first.wait_for()
        tab.goto("about:blank")
        kept = context.storage_state(indexed_db=True)
        assert kept["cookies"] == []
        assert [place["origin"] for place in kept["origins"]] == [site]
        assert {item["name"] for item in kept["origins"][0]["localStorage"]} == {"mode", "theme"}
        assert not kept["origins"][0].get("indexedDB")


# --- what is mended -----------------------------------------------------------------------------


def test_heads_of_tables_say_what_they_head():
    """As the HTML standard has it: a head cell is for its column or for its row, and an empty one for nothing."""
    head = '<table border="1" class="dataframe"><thead><tr><th></th><th>before</th></tr></thead>'
    mended = body.mend(head + "<tbody><tr><th>P1</th><td>4</td></tr></tbody></table>", "page")
    assert '<td></td><th scope="col">before</th>' in mended
    assert '<th scope="row">P1</th><td>4</td>' in mended


@pytest.fixture
def warnings(monkeypatch):
    """What the build warns of, which ends it."""
    found = []
    monkeypatch.setattr(body.logger, "warning", lambda words, *values, **_: found.append(words % values))
    return found


@pytest.mark.parametrize(
    "page, mend",
    [
        ("<section><h2>A heading</h2></section>", "hide_permalink"),
        ('<details class="hide"><summary>Show the code</summary></details>', "remove_label"),
        ('<div class="citation" role="note">A work</div>', "list_reference"),
        ('<table class="table"><thead><tr><th scope="col">x</th></tr></thead></table>', "name_heads"),
        ('<figure class="chart"><details><summary>Words</summary><p>A chart.</p></details></figure>', "name_table"),
        ('<figure class="chart"><figcaption><b>A</b></figcaption><details><table></table></details></figure>', "keep_numbers"),
        ('<div class="highlight"><pre><span class="kn">import</span> pandas</pre></div>', "plain_words"),
    ],
)
def test_a_mend_that_finds_nothing_to_mend_is_named(page, mend, warnings):
    """So that a new version of the theme, of Sphinx or of MyST-NB cannot undo it in silence."""
    body.mend(page, "chapters/01-one")
    assert [words for words in warnings if f"nothing to mend by {mend} " in words and "_ext/pages/body.py" in words]


@pytest.mark.parametrize("template", body.FRAMES)
def test_a_template_that_the_theme_no_longer_takes_is_named(template, warnings, tmp_path):
    page = (HTML / "chapters" / f"{EXAMPLE}.html").read_text(encoding="utf-8")
    stock = {  # what the theme has instead
        "static/webpack-macros.html": ("</head>", '<link rel="preload" href="a.woff2"></head>'),
        "layout.html": ("</body>", '<button id="pst-back-to-top">Back to top</button></body>'),
        "sections/sidebar-primary.html": ('role="complementary"', ""),
        "components/search-field.html": ('role="search"', ""),
        "components/toggle-primary-sidebar.html": ('title="All chapters"', 'title="Toggle primary sidebar"'),
        "components/toggle-secondary-sidebar.html": ('title="On this page"', 'title="Toggle secondary sidebar"'),
        "components/page-toc.html": ('aria-label="On this page"', ""),
    }
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    body.check_frames([tmp_path / "page.html"])
    assert warnings == []
    assert stock[template][0] in page
    (tmp_path / "page.html").write_text(page.replace(*stock[template]), encoding="utf-8")
    body.check_frames([tmp_path / "page.html"])
    assert len(warnings) == 1 and f"adapt _ext/pages/templates/{template} " in warnings[0]


def test_every_icon_has_its_letter_in_the_font(contexts, site):
    """Those of the pages, and those that the themes' styles bring in."""
    tab = open_page(contexts[1280], f"{site}/{PAGE}")
    (font,) = re.findall(r"base64,([^)]+)", (HTML / "_static" / "icons.css").read_text(encoding="utf-8"))
    letters = set(map(chr, TTFont(io.BytesIO(base64.b64decode(font))).getBestCmap()))
    shown = tab.evaluate("""() => [...document.querySelectorAll("*")].flatMap(one => ["::before", "::after"]
        .map(part => getComputedStyle(one, part)).filter(style => /Awesome/.test(style.fontFamily))
        .map(style => style.content))""")
    named = {word[1] for word in shown if re.match(r'"[\ue000-\uf8ff]"', word)}
    named |= set(re.findall("[\ue000-\uf8ff]", STYLE_OF_THE_THEME.read_text(encoding="utf-8")))
    brands = set("\uf09b\uf296")  # GitHub and GitLab, of another font; no page shows them
    assert len(named) > 15 and not {hex(ord(letter)) for letter in named - letters - brands}
    assert not brands & set("".join(shown))
    tab.close()


def test_the_magnifier_of_the_search_field_stands_beside_its_words(tab):
    tab.locator(".search-button__button:visible").first.click()
    field = tab.locator(".search-button__wrapper form")
    words = "one => one.getBoundingClientRect().left + parseFloat(getComputedStyle(one).paddingLeft)"
    right = field.locator("i").evaluate("one => one.getBoundingClientRect().right")
    assert right <= field.locator("input").evaluate(words)
