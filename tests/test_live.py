"""The page answers: fields for exercises, in real Chromium, from file:// and over http, with the network cut.

Oracle for the fields: `practice.check` itself, asked in Python about the same answers.
The book is built first: make book.
"""

import contextlib
import functools
import io
import itertools
import json
import re
import threading
from http.server import ThreadingHTTPServer
from types import SimpleNamespace

import practice
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT
from playwright.sync_api import expect
from test_book import Quiet

from _ext.live import fields
from _ext.shared.source import SLUG

HTML = ROOT / "_build" / "html"
CHAPTERS = {chapter: practice.chapter_path(chapter).stem for chapter in practice.chapters()}


def checked(chapter):
    """The exercises of a chapter that have a check, as the answer cells name them."""

    cells = json.loads(practice.chapter_path(chapter).read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if "answer" in cell["metadata"].get("tags", []))
    return list(dict.fromkeys(re.findall(r'check\("(\d+\.\d+)"', text)))


def said_in_python(name, value):
    """What `check` says, as the field says it."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        practice.check(name, value)
    line = printed.getvalue().strip()
    return line.replace(f"✓ {name} is right.", "✓ Right.").replace(f"✗ {name} is not right yet.", "✗ Not right yet.")


def nearby(value, within):
    """Other answers: at the edges of what is near enough, of another sign, in per cent, quite otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return []
    steps = [0.99 * within, 1.01 * within, 3.9 * within, 4.1 * within, 1.0]
    return [*(value + sign * step for step in steps for sign in (1, -1)), -value, 100 * value, 99.7 * value, 12345.678]


def typed(value):
    """An answer as a careful reader types it: all its digits."""
    if isinstance(value, list):
        return "; ".join(map(typed, value))
    if isinstance(value, set):
        return ", ".join(map(typed, sorted(value)))
    return value if isinstance(value, str) else repr(value)


ANSWER = """answers => answers.map(([name, text]) => {
    const reply = document.querySelector(`.reply[data-exercise="${name}"][data-key]`);
    const box = reply.querySelector("input");
    box.value = text;
    box.dispatchEvent(new Event("input"));
    const before = reply.querySelector("output").textContent;
    reply.querySelector("button").click();
    return [before, reply.querySelector("output").textContent];
})"""


@pytest.fixture(scope="module")
def served():
    """The built book, as python -m http.server serves it; it notes what it was asked for."""
    asked = []

    class Noting(Quiet):
        def do_GET(self):
            asked.append(self.path)
            super().do_GET()

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Noting, directory=HTML))
    server.handle_error = lambda *_: None  # a closed tab cuts its connections
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(address=f"http://127.0.0.1:{server.server_port}", asked=asked)
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["file", "http"])
def root(request, served):
    """Where the book is."""
    return HTML.as_uri() if request.param == "file" else served.address


@pytest.fixture
def reader(browser):
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context


def visit(context, root, name, wait="load"):
    tab = context.new_page()
    tab.complaints = []
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.on("console", lambda message: message.type == "error" and tab.complaints.append(message.text))
    tab.goto(f"{root}/chapters/{name}.html", wait_until=wait)
    return tab


# --- fields -------------------------------------------------------------------------------------


@functools.cache
def asked_and_expected(chapter):
    """Answers to the exercises of a chapter, and what `check` says to each."""
    asked, expected = [], []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(practice, "answers", functools.cache(practice.answers))  # some simulate
        for name in checked(chapter):
            cases = practice.cases(name)
            values = [case.value for case in cases]
            values += itertools.chain(*(nearby(case.value, cases[0].within) for case in cases))
            if isinstance(values[0], list):
                values.append(values[0][::-1])
            for value in values:
                asked.append([name, typed(value)])
                expected.append(said_in_python(name, value).replace("`", "").strip())
    assert len(asked) > 5 * len(checked(chapter))
    return asked, expected


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_field_says_what_check_says_to_every_right_answer_every_slip_and_others(chapter, root, reader):
    tab = visit(reader, root, CHAPTERS[chapter], wait="domcontentloaded")
    asked, expected = asked_and_expected(chapter)
    answered = tab.evaluate(ANSWER, asked)
    wrong = [(*ask, want, got) for ask, want, (_, got) in zip(asked, expected, answered) if got != want]
    assert wrong == []
    assert {before for before, _ in answered} == {""}  # what is typed anew is not judged until asked
    assert tab.complaints == []
    tab.close()


def test_every_exercise_has_a_field_or_room_for_words(reader, root):
    """And no answer is of a kind that no field takes."""

    for chapter, page in CHAPTERS.items():
        cells = json.loads(practice.chapter_path(chapter).read_text(encoding="utf-8"))["cells"]
        tab = visit(reader, root, page, wait="domcontentloaded")
        fields_there = tab.evaluate("[...document.querySelectorAll('.reply')].map(one => one.dataset.exercise)")
        assert set(fields_there) == {exercise.name for exercise in practice.exercises(cells)}
        assert tab.locator(".reply-otherwise").count() == 0
        tab.close()


@pytest.mark.parametrize(
    "form, target, right, wrong",
    [
        ({"kind": "number"}, 0.34, ["0.34", ".34", "0,34", " 0.34 ", "3.4e-1", "+0.34", "[0.34]"], ["0.43", "-0.34"]),
        ({"kind": "number"}, -1.5, ["-1.5", "−1.5", "–1,5", "− 1.5"], ["1.5"]),
        ({"kind": "number"}, 47500.0, ["47500", "47,500", "47.500", "47 500", "47 500"], ["47.5001", "475 00"]),
        ({"kind": "number"}, -2.06, ["-2,060", "−2.060"], ["2060"]),
        ({"kind": "list", "of": "number", "count": 2}, [25.5, 10.5], ["25.5, 10.5", "25,5; 10,5", "[25.5,10.5]", "25.5 10.5", "25,5, 10,5"], ["10.5, 25.5", "25.5"]),
        ({"kind": "list", "of": "number", "count": 2}, [-3, 4], ["-3,4", "− 3, 4", "−3 4", "(-3, 4)"], ["3, 4"]),
        ({"kind": "list", "of": "number", "count": 3}, [0.03, 0.35, 0.36], ["0,03, 0,35, 0,36", ".03 .35 .36"], ["0,03,0,35,0,36"]),
        ({"kind": "list", "of": "text", "count": 2}, ["< .001", "b c"], ['"< .001", "B c"', "< .001; b c", "['< .001', 'b c']"], ["b c, < .001"]),
        ({"kind": "set", "of": "number"}, [1, 2, 5], ["1, 2, 5", "{5, 2, 1}", "5 1 2", "1;2;5", "1,2,5", "1, 1, 2, 5"], ["1, 2"]),
        ({"kind": "text"}, "raw/after.csv", ["raw/after.csv", '"Raw/after.csv" '], ["after.csv"]),
        ({"kind": "truth"}, True, ["True", "yes"], ["false", "maybe"]),
    ],
)  # fmt: skip
def test_a_field_takes_an_answer_as_people_write_it(form, target, right, wrong, reader):
    tab = visit(reader, HTML.as_uri(), CHAPTERS[7], wait="domcontentloaded")
    key = {"form": form, "cases": [[True, target, 1e-6, "Yes."]], "otherwise": "No."}
    name = tab.evaluate(
        """key => { const reply = document.querySelector(".reply[data-key]"); reply.dataset.key = JSON.stringify(key);
                    return reply.dataset.exercise; }""",
        key,
    )
    said = dict(
        zip([*right, *wrong], (words for _, words in tab.evaluate(ANSWER, [[name, text] for text in [*right, *wrong]])))
    )
    assert {text for text, words in said.items() if words == "✓ Right. Yes."} == set(right), said
    tab.close()


@pytest.mark.parametrize("value", [{"a": 1}.keys(), len, float("nan"), ["a", 1], [[1, 2], [3, 4]], []])
def test_what_no_field_takes_is_left_to_check(value, monkeypatch):
    monkeypatch.setattr(practice, "cases", lambda name: [practice.Case(True, value, 0, "")])
    assert fields.key("7.1") is None
    assert "run <code>check</code> in a notebook" in fields.value_field("7.1")


def test_answers_survive_a_reload_reach_the_other_tab_and_can_be_thrown_away(reader, root):
    one, two = (visit(reader, root, CHAPTERS[7]) for _ in range(2))
    other = visit(reader, root, CHAPTERS[8])
    field, words = "Your answer to 7.2", "Your words for 7.4"
    one.get_by_label(field).fill("−2,060")
    one.get_by_label(field).press("Enter")
    expect(one.locator('.reply[data-exercise="7.2"] output')).to_contain_text("✓ Right.")
    two.get_by_label(words).fill("Because the ranks\nrise.")
    expect(one.get_by_label(words)).to_have_value("Because the ranks\nrise.")
    one.reload()
    expect(one.get_by_label(field)).to_have_value("−2,060")
    expect(one.get_by_label(words)).to_have_value("Because the ranks\nrise.")
    other.get_by_label("Your answer to 8.2").fill("1")
    one.on("dialog", lambda dialog: dialog.accept())
    one.get_by_role("button", name="Throw my answers away").click()
    for tab in (one, two):
        expect(tab.get_by_label(field)).to_have_value("")
        expect(tab.get_by_label(words)).to_have_value("")
    assert one.evaluate("Object.keys(localStorage).filter(key => key.endsWith('7.2'))") == []
    assert other.evaluate("Object.entries(localStorage)").count([f"{SLUG}/{CHAPTERS[8]}/value/8.2", "1"]) == 1
    for tab in (one, two, other):
        assert tab.complaints == []
        tab.close()


@pytest.mark.parametrize("width, scheme", [(390, "dark"), (1280, "light")])
def test_axe_finds_nothing_at_used_fields(browser, width, scheme):
    with browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme) as context:
        tab = visit(context, HTML.as_uri(), CHAPTERS[1])
        for text, label in [("1", "1.3"), ("0.0873", "1.3"), ("x", "1.4")]:
            tab.get_by_label(f"Your answer to {label}").fill(text)
            tab.locator(f'.reply[data-exercise="{label}"] button').click()
        tab.locator("details.marking").first.evaluate("one => { one.open = true; }")
        found = Axe().run(tab).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for box in tab.locator(".reply button, .reply input").all():
            assert box.bounding_box()["height"] >= 44
        tab.close()
