"""What the tests look at on a page: programs for the browser that drives it, and axe."""

from pathlib import Path

import axe_playwright_python

WIDTHS = {1280: 900, 390: 844}  # a laptop and a telephone, with their heights

# Charts that are not drawn; those that are folded are drawn, too, as wide as they are then.
UNDRAWN = """() => [...document.querySelectorAll("figure.chart")]
    .filter(chart => !chart.querySelector("svg .role-mark :is(path, line, text, image)"))
    .map(chart => chart.textContent.trim().slice(0, 80))"""
UNTYPESET = """() => [...document.querySelectorAll(".math")]
    .filter(formula => !formula.querySelector("math") || formula.querySelector("merror"))
    .map(formula => formula.textContent)"""
# How high the charts of a page are before any is drawn: Vega comes when the first one asks for it.
CHARTS = "[...document.querySelectorAll('figure.chart')].map(chart => chart.offsetHeight).join()"
EARLY = f"addEventListener('DOMContentLoaded', () => {{ window.early = {CHARTS}; }})"
GROWN = f"() => window.early !== {CHARTS} && [window.early, {CHARTS}]"
# What would take a swipe or the wheel from the page; the numbers behind a chart scroll in a box of their own.
TRAPS = """() => [...document.querySelectorAll(".bd-article *")].filter(box => !box.closest(".chart-table, svg")
    && /auto|scroll/.test(getComputedStyle(box).overflowY) && box.scrollHeight > box.clientHeight)
    .map(box => box.outerHTML.slice(0, 100))"""
# What a box cuts off that scrolls sideways only. Of a formula Chromium counts the room above and below its signs.
CUT = """() => [...document.querySelectorAll(".bd-article *")].filter(box => !box.closest("svg, output, div.math")
    && getComputedStyle(box).overflowY === "hidden" && box.scrollHeight > box.clientHeight + 1)
    .map(box => `${box.scrollHeight - box.clientHeight} pixels of ${box.outerHTML.slice(0, 100)}`)"""


# Controls below 24 by 24 pixels. A label is part of its control, and links in a text may be as small as it.
SMALL = """() => [...document.querySelectorAll("button, input, select, summary, nav a")]
    .filter(control => control.checkVisibility({visibilityProperty: true}) && control.tabIndex >= 0)
    .filter(control => [control, ...(control.labels ?? [])].every(part => {
        const box = part.getBoundingClientRect();
        return Math.min(box.width, box.height) < 24;
    })).map(control => control.outerHTML.slice(0, 120))"""


AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
# The rules on colours; in the dark without the contrast of 4.5 to 1, as "enhanced" contrast, 7 to 1, includes it.
COLOURS = "axe.getRules(['cat.color']).map(rule => rule.ruleId)"
COLOURED = {"light": COLOURS, "dark": f"{COLOURS}.filter(rule => rule !== 'color-contrast')"}
# On a telephone a page has the same colours, which are what takes axe long, but another layout.
ALL = "axe.getRules().map(rule => rule.ruleId)"
LAYOUT = f"{ALL}.filter(rule => !{COLOURS}.includes(rule))"
RULES = {"light": ALL, "dark": COLOURED["dark"]}

# Opens all that is folded; gives every other question its right answer, and the others the wrong one.
OPEN = """() => {
    document.querySelectorAll("details").forEach(fold => fold.open = true);
    document.querySelectorAll("form.quiz fieldset").forEach((box, place) => {
        const key = JSON.parse(box.dataset.key), right = place % 2 === 0;
        const inputs = [...box.querySelectorAll("input")];
        if (box.dataset.kind === "number") inputs[0].value = right ? key.value : key.value + 100;
        else inputs.forEach((input, option) => { if (key[option][0] === right) input.checked = true; });
        box.querySelector("button").click();
    });
}"""
# axe looks up what lies behind every word. Of what repeats, it is shown some: of a table four rows, of code the first
# word of each kind, of a chart three marks of each kind.
THIN = """() => {
    document.querySelectorAll("tr:nth-child(n + 5), figure svg g > :nth-child(n + 4)").forEach(one => one.remove());
    const kinds = new Set();
    for (const word of document.querySelectorAll("pre span")) {
        const outer = [word.parentElement, word.closest("div[class*=highlight-]")];
        const kind = [word, ...outer].map(one => one?.className).join();
        kinds.has(kind) ? word.replaceWith(...word.childNodes) : kinds.add(kind);
    }
}"""
# Colours come from the styles, so what has the same place in the page's structure has the same ones: one of each is enough.
ALIKE = """() => {
    const all = [...document.body.querySelectorAll(":not(script, style)")], names = new Map([[document.body, ""]]), known = new Set();
    for (const one of all) {
        const own = [...one.attributes].map(({name, value}) => /^(class|style|type)$/.test(name) ? name + value : name);
        const row = one.localName === "tr" ? one.rowIndex % 2 : "";
        names.set(one, `${names.get(one.parentElement) ?? ""} > ${one.localName}${row}${own.sort()}`);
    }
    const kind = one => names.get(one) + (one.textContent.trim().length > 1);  // axe judges no single letter
    const first = new Set(all.filter(one => !known.has(kind(one)) && known.add(kind(one))));
    for (const one of all) if (!first.has(one) && ![...one.querySelectorAll("*")].some(part => first.has(part))) one.remove();
}"""


def faults(tab, colours=True):
    """Let axe look at a page, which is of little use afterwards; return what it finds: in the layout and, if asked, in light and in dark colours."""
    tab.evaluate(THIN)
    tab.evaluate(AXE)
    found = {"light": run(tab, "light", LAYOUT)}
    if colours:
        tab.evaluate(ALIKE)
        for theme, rules in COLOURED.items():
            found[theme] = found.get(theme, []) + run(tab, theme, rules)
    return found


def run(tab, theme, rules):
    tab.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    looked = f"axe.run({{resultTypes: ['violations'], runOnly: {{type: 'rule', values: {rules}}}}})"
    return complaints(tab.evaluate(looked))


def complaints(result):
    return [
        f"{fault['id']}: {node['html'][:150]} {node['failureSummary']}"
        for fault in result["violations"]
        for node in fault["nodes"]
    ]


def listen(tab):
    """Return two lists, which a tab goes on filling: the addresses that it asks for, and what it complains of."""
    asked, complaints = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    tab.on("response", lambda reply: reply.status >= 400 and complaints.append(f"{reply.status} {reply.url}"))
    tab.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    return asked, complaints
