"""Each page of the built book, looked at once on a telephone, over http, and once on a laptop, from file://; without a network.

Oracles: what Chromium draws, asks for, complains of and prints; and axe-core with every rule it has, also of level AAA,
experimental and deprecated. The book is built first: make book.
"""

import contextlib
from types import SimpleNamespace
from urllib.parse import urldefrag

import pytest
from conftest import EXAMPLE, HTML, WEEKLY
from looking import (
    CUT,
    EARLY,
    GROWN,
    OPEN,
    SMALL,
    TRAPS,
    UNDRAWN,
    UNTYPESET,
    WIDTHS,
    faults,
    listen,
)
from playwright.sync_api import TimeoutError as NotInTime

# Contrast of every word in a chart with what is behind the chart, as WCAG 2.2 defines it.
FAINTEST = """() => {
    const light = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map(c => c / 255)
            .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    const ground = one => {
        const colour = getComputedStyle(one).backgroundColor;
        return /^rgba.*, 0[)]$/.test(colour) && one.parentElement ? ground(one.parentElement) : light(colour);
    };
    return Math.min(21, ...[...document.querySelectorAll("figure.chart svg text")].map(text => {
        const ink = light(getComputedStyle(text).fill), behind = ground(text.closest("figure"));
        return Math.max(ink, behind) / Math.min(ink, behind);
    }));
}"""

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
# What a screen reader would miss, or say badly.
UNSAID = """() => {
    const found = [], all = selector => [...document.querySelectorAll(selector)];
    const name = link => (link.getAttribute("aria-label") ?? link.textContent).trim();
    if (document.documentElement.lang !== "en") found.push("no language");
    const titles = all("h1").filter(title => title.checkVisibility());
    if (titles.length !== 1) found.push(`${titles.length} titles`);
    const title = (titles[0] ?? document.head).textContent.replace(/#$/, "");
    if (!document.title.startsWith(title)) found.push(`${title} is called ${document.title}`);
    for (const chart of all("figure.chart")) {
        const words = chart.querySelector("details p").textContent, picture = chart.querySelector("svg");
        if (picture.getAttribute("role") !== "img" || picture.getAttribute("aria-label") !== words) found.push(words);
        if (picture.parentElement.role) found.push(`a chart within a ${picture.parentElement.role}`);
    }
    for (const table of all("figure.chart table:not([aria-label])")) found.push(`a nameless table, ${table.textContent}`);
    for (const formula of all(".math"))
        if (!formula.querySelector("math")?.textContent) found.push(`a formula that is not said, ${formula.textContent}`);
    for (const one of all("i, p, a, button, summary")) for (const part of ["::before", "::after"]) {  // an icon without a text in its place
        const {fontFamily, content} = getComputedStyle(one, part);
        if (/Awesome/.test(fontFamily) && /^"[\\ue000-\\uf8ff]"$/.test(content)) found.push(`an icon, ${one.outerHTML.slice(0, 80)}`);
    }
    for (const image of all("img")) if (/^$|[/]|[.]\\w+$/.test(image.alt)) found.push(`an image called "${image.alt}"`);
    for (const link of all("main a[href]:not([aria-hidden])"))
        if (/^(|here|this|link|more|click here|https?:.*)$/i.test(name(link))) found.push(link.outerHTML);
    return found;
}"""
# What paper has no use for, and what does not fit on it. A4 is 718 pixels wide between its margins.
PRINTED = """() => {
    const shown = selector => [...document.querySelectorAll(selector)].filter(one => one.checkVisibility());
    const useless = "nav, button, summary, output, [type=range], [type=search], .headerlink, .bd-header-article, footer";
    const edge = document.querySelector("article, main").getBoundingClientRect().right + 1;
    return {
        useless: shown(useless).map(one => one.outerHTML.slice(0, 120)),
        cut: shown("figure.chart svg, table, pre, math, p")
            .filter(one => one.getBoundingClientRect().right > edge)
            .map(one => one.outerHTML.slice(0, 120)),
        titles: shown("h1").length,
        ground: getComputedStyle(document.body).backgroundColor,
    };
}"""


@pytest.fixture(scope="module")
def seen(browser, site, width, pages):
    """What was seen on each page, opened once at this address and width."""
    size = {"width": width, "height": WIDTHS[width]}
    with browser.new_context(viewport=size, reduced_motion="reduce") as context:
        context.add_init_script(EARLY)
        return {page: look(context.new_page(), site, page, width) for page in pages}


def look(tab, site, page, width):
    """Look at a page as it comes, printed, with its solutions open, and with all open, answered and under axe's eyes."""
    asked, complaints = listen(tab)
    tab.goto(f"{site}/{page}")
    if page == "index.html":
        tab.wait_for_url("**/chapters/index.html")
    wait(tab, f"!({UNDRAWN})().length && !({UNTYPESET})().length")
    facts = SimpleNamespace(
        grown=tab.evaluate(GROWN),
        open_solutions=tab.locator("details.solution[open]").count(),
        printed=printed(tab) if stays(page) and width == 1280 else {},
        unsaid=[],
        small=[],
        sideways={},
        faults={},
    )
    tab.evaluate("document.querySelectorAll('details:is(.solution, .hood, .guess)').forEach(fold => fold.open = true)")
    wait(tab, f"!({ROOM})().length && !({NARROW})().length")  # what opens is drawn once more, as wide as it is now
    facts.room, facts.narrow = tab.evaluate(ROOM), tab.evaluate(NARROW)
    facts.traps, facts.cut = tab.evaluate(TRAPS), tab.evaluate(CUT)
    facts.undrawn, facts.untypeset = tab.evaluate(UNDRAWN), tab.evaluate(UNTYPESET)
    facts.search_boxes = tab.locator(".search-button__button:visible, input[type=search]:visible").count()
    facts.links = tab.evaluate("[...document.querySelectorAll('a[href]')].map(link => link.href)")
    facts.contrast = {}
    for theme in ("light", "dark"):
        tab.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        facts.contrast[theme] = tab.evaluate(FAINTEST)
    if stays(page):
        tab.evaluate(OPEN)
        facts.unsaid, facts.small, facts.sideways = tab.evaluate(UNSAID), tab.evaluate(SMALL), sideways(tab, width)
    facts.asked = [url for url in asked if not url.startswith((site, "data:", "blob:"))]
    facts.complaints = complaints[:]  # axe asks for the styles once more
    if stays(page) and (width == 1280 or WEEKLY or page in SEVERAL):
        # A telephone's page has the elements and the colours of a laptop's: of its layout, some pages tell.
        facts.faults = faults(tab, colours=width == 1280)
    tab.close()
    return facts


def stays(page):
    """Whether it is one that readers stay on."""
    return page == "search.html" or page.startswith("chapters/")


SEVERAL = ["search.html", "chapters/index.html", f"chapters/{EXAMPLE}.html"]


def wait(tab, state):
    with contextlib.suppress(NotInTime):  # what is still missing then is reported by the tests
        tab.wait_for_function(state, timeout=120_000)


def printed(tab):
    """Return what is wrong with a page on paper, if it was read in the dark; what is folded is not printed."""
    size = tab.viewport_size
    tab.evaluate("document.documentElement.dataset.theme = 'dark'")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    tab.set_viewport_size({"width": 718, "height": 1047})
    tab.emulate_media(media="print")
    facts = tab.evaluate(PRINTED)
    tab.emulate_media(media="screen")
    tab.set_viewport_size(size)
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    tab.evaluate("document.documentElement.dataset.theme = 'light'")
    return facts if facts != {"useless": [], "cut": [], "titles": 1, "ground": "rgb(255, 255, 255)"} else {}


def none(seen, fact):
    """Say on which pages something is found that should not be there."""
    found = {page: getattr(facts, fact) for page, facts in seen.items() if getattr(facts, fact)}
    assert not found, found


def sideways(tab, width):
    """Return how far a page can be scrolled sideways: as it is, in letters of twice the size, and at 320 pixels."""
    scroll, found, size = "document.documentElement.scrollWidth - document.documentElement.clientWidth", {}, tab.viewport_size
    found["as it is"] = tab.evaluate(scroll)
    tab.evaluate("document.documentElement.style.fontSize = '200%'")
    found["in large letters"] = tab.evaluate(scroll)
    tab.evaluate("document.documentElement.style.fontSize = ''")
    if width < 1280:
        tab.set_viewport_size({"width": 320, "height": 568})
        found["at 320 pixels"] = tab.evaluate(scroll)
        tab.set_viewport_size(size)
    return {when: pixels for when, pixels in found.items() if pixels > 0}


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


def test_axe_finds_nothing(seen, width):
    looked = {page: facts.faults for page, facts in seen.items() if facts.faults}
    assert set(looked) == (set(SEVERAL) if width == 390 and not WEEKLY else set(filter(stays, seen)))
    assert not {(page, theme): found for page, themes in looked.items() for theme, found in themes.items() if found}


def test_a_screen_reader_gets_titles_charts_formulas_tables_and_links_in_words(seen):
    none(seen, "unsaid")


def test_every_control_is_24_pixels_high_and_wide(seen):
    none(seen, "small")


def test_no_page_scrolls_sideways_on_a_small_screen_or_in_large_letters(seen):
    none(seen, "sideways")


@pytest.mark.parametrize("site", ["file"], indirect=True)
def test_a_printed_page_is_clean(seen):
    """Also one that was read in the dark."""
    none(seen, "printed")
