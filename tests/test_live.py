"""The page answers and runs: fields for exercises, and Python on the page, in real Chromium with the network cut.

Oracles. For the fields: `practice.check` itself, asked in Python about the same answers. For what runs: the outputs that
are stored in the chapters, which test_notebooks.py compares with CPython's; what Chromium draws and asks for.
The book is built first: PYODIDE=… make book. Without Python in the built book, what needs it is skipped and says so.
"""

import contextlib
import functools
import io
import itertools
import json
import pickle
import re
import time
from types import SimpleNamespace

import nbformat
import practice
import pytest
from conftest import EXAMPLE, HTML, ROOT, few, in_one_book, started, weekly
from conftest import served as serving
from looking import ALIKE, AXE, COLOURS, LAYOUT
from looking import run as run_axe
from playwright.sync_api import expect
from test_browser import UNDRAWN, chapter_cells, charts, needs_python, peak_memory, processes, said, shown_code

from _ext.live import engine, fields
from _ext.shared.source import SLUG

CHAPTERS = {chapter: practice.chapter_path(chapter).stem for chapter in practice.chapters()}


def checked(chapter):
    """The exercises of a chapter that have a check, as the answer cells name them."""

    cells = json.loads(practice.chapter_path(chapter).read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if "answer" in cell["metadata"].get("tags", []))
    return list(dict.fromkeys(re.findall(r'check\("(\d+\.\d+)"', text)))


def asked_in(chapter):
    """Of a chapter, an exercise that asks for one number, another one that is checked, and one that asks for words."""
    number = next(name for name in checked(chapter) if type(practice.cases(name)[0].value) is float)
    other = next(name for name in checked(chapter) if name != number)
    cells = chapter_cells(CHAPTERS[chapter])
    place = next(place for place, cell in enumerate(cells) if cell["cell_type"] == "markdown" and "answer" in cell["tags"])
    words = [name for cell in cells[:place] for name in re.findall(r"^### Exercise ([\d.]+)", cell["source"])][-1]
    return number, other, words


FIRST, SECOND = list(CHAPTERS)[:2]
EXERCISE, ANOTHER, IN_WORDS = asked_in(next(chapter for chapter, name in CHAPTERS.items() if name == EXAMPLE))
OTHER = next(chapter for chapter, name in CHAPTERS.items() if name != EXAMPLE)
ELSEWHERE, OTHER = checked(OTHER)[0], CHAPTERS[OTHER]
RIGHT = f"{practice.cases(EXERCISE)[0].value:.10f}".replace("-", "−").replace(".", ",")  # as many people write it


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
    """Where the built book is, as python -m http.server serves it."""
    with serving(HTML) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(params=["file", "http"])
def root(request, served):
    """Where the book is."""
    return HTML.as_uri() if request.param == "file" else served


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


@pytest.mark.parametrize(
    "chapter, root",
    [(chapter, "file") for chapter in CHAPTERS]
    + [pytest.param(chapter, "http", marks=() if name == EXAMPLE else weekly) for chapter, name in CHAPTERS.items()],
    indirect=["root"],
)
def test_a_field_says_what_check_says_to_every_right_answer_every_slip_and_others(chapter, root, reader):
    """And every exercise has a field or room for words, and no answer is of a kind that no field takes."""
    tab = visit(reader, root, CHAPTERS[chapter], wait="domcontentloaded")
    cells = json.loads(practice.chapter_path(chapter).read_text(encoding="utf-8"))["cells"]
    fields_there = tab.evaluate("[...document.querySelectorAll('.reply')].map(one => one.dataset.exercise)")
    assert set(fields_there) == {exercise.name for exercise in practice.exercises(cells)}
    assert tab.locator(".reply-otherwise").count() == 0
    asked, expected = asked_and_expected(chapter)
    answered = tab.evaluate(ANSWER, asked)
    wrong = [(*ask, want, got) for ask, want, (_, got) in zip(asked, expected, answered) if got != want]
    assert wrong == []
    assert {before for before, _ in answered} == {""}  # what is typed anew is not judged until asked
    assert tab.complaints == []
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
    tab = visit(reader, HTML.as_uri(), EXAMPLE, wait="domcontentloaded")
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


def test_a_page_is_built_again_when_what_its_exercises_accept_changes():
    """Oracle: what Sphinx noted that a page depends on."""
    with open(ROOT / "_build" / ".doctrees" / "environment.pickle", "rb") as stored:
        pages = pickle.load(stored).dependencies
    for chapter, name in CHAPTERS.items():
        noted = {str(path) for path in pages[f"chapters/{name}"]}
        own = [path for path in (ROOT / "chapters" / "answers").iterdir() if path.stem[-2:] == f"{chapter:02d}"]
        others = ["chapters/practice.py", "chapters/prepost/statistics.py", "data/scores.csv"]
        for needed in [f"answers/{path.name}" for path in own] + others:
            assert any(path.endswith(needed) for path in noted), (name, needed)
        assert own


@pytest.mark.parametrize("value", [{"a": 1}.keys(), len, float("nan"), ["a", 1], [[1, 2], [3, 4]], []])
def test_what_no_field_takes_is_left_to_check(value, monkeypatch):
    monkeypatch.setattr(practice, "cases", lambda name: [practice.Case(True, value, 0, "")])
    assert fields.key(EXERCISE) is None
    assert "run <code>check</code> in a notebook" in fields.value_field(EXERCISE, "a")


def test_answers_survive_a_reload_reach_the_other_tab_and_can_be_thrown_away(reader, root):
    one, two = (visit(reader, root, EXAMPLE) for _ in range(2))
    other = visit(reader, root, OTHER)
    field, words = f"Your answer to {EXERCISE}", f"Your words for {IN_WORDS}"
    one.get_by_label(field).fill(RIGHT)
    one.get_by_label(field).press("Enter")
    expect(one.locator(f'.reply[data-exercise="{EXERCISE}"] output')).to_contain_text("✓ Right.")
    two.get_by_label(words).fill("Because the ranks\nrise.")
    expect(one.get_by_label(words)).to_have_value("Because the ranks\nrise.")
    one.reload()
    expect(one.get_by_label(field)).to_have_value(RIGHT)
    expect(one.get_by_label(words)).to_have_value("Because the ranks\nrise.")
    other.get_by_label(f"Your answer to {ELSEWHERE}").fill("1")
    one.on("dialog", lambda dialog: dialog.accept())
    one.get_by_role("button", name="Throw my answers away").click()
    for tab in (one, two):
        expect(tab.get_by_label(field)).to_have_value("")
        expect(tab.get_by_label(words)).to_have_value("")
    assert one.evaluate(f"Object.keys(localStorage).filter(key => key.endsWith('/value/{EXERCISE}'))") == []
    assert other.evaluate("Object.entries(localStorage)").count([f"{SLUG}/{OTHER}/value/{ELSEWHERE}", "1"]) == 1
    for tab in (one, two, other):
        assert tab.complaints == []
        tab.close()


def self_test(tab):
    """What is chosen or typed in the self-test, question by question."""
    return tab.evaluate("""() => [...document.querySelectorAll("form.quiz fieldset")].map(box =>
        [...box.querySelectorAll("input")].map(one => one.type === "text" ? one.value : one.checked))""")


def test_the_self_test_survives_a_reload(reader, root):
    tab = visit(reader, root, EXAMPLE)
    for box in tab.locator("form.quiz fieldset").all():
        control = box.locator("input").last
        control.fill("0.5") if control.get_attribute("type") == "text" else control.check()
    chosen = self_test(tab)
    tab.reload()
    assert self_test(tab) == chosen and all(one[-1] for one in chosen)
    tab.close()


@pytest.mark.parametrize("root", ["file", pytest.param("http", marks=weekly)], indirect=True)
def test_answers_are_saved_to_a_file_and_opened_on_another_machine(browser, root, tmp_path):
    def with_page(name, do):
        with browser.new_context(accept_downloads=True) as context:
            tab = visit(context, root, name)
            asked = []
            tab.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
            do(tab)
            assert tab.complaints == []
            return asked

    def save(tab):
        tab.get_by_label(f"Your answer to {EXERCISE}").fill(RIGHT)
        tab.get_by_label(f"Your words for {IN_WORDS}").fill("Because.\nTherefore.")
        tab.locator("form.quiz input[type=radio]").first.check()
        tab.evaluate("kept.set('code/abc', JSON.stringify({code: '1', book: '2'}))")
        with tab.expect_download() as waiting:
            tab.get_by_role("button", name="Save to a file").click()
        assert waiting.value.suggested_filename == f"{EXAMPLE}-answers.json"
        waiting.value.save_as(path)

    def open_it(tab):
        tab.get_by_label(f"Your answer to {ANOTHER}").fill("1, 2")  # which the file does not have
        tab.locator(".reply-tray input").set_input_files(path)
        expect(tab.locator(".reply-tray output")).to_contain_text("Opened:")
        expect(tab.get_by_label(f"Your answer to {EXERCISE}")).to_have_value(RIGHT)
        expect(tab.locator(f'.reply[data-exercise="{EXERCISE}"] output')).to_contain_text("✓ Right.")
        expect(tab.get_by_label(f"Your words for {IN_WORDS}")).to_have_value("Because.\nTherefore.")
        expect(tab.get_by_label(f"Your answer to {ANOTHER}")).to_have_value("")
        assert self_test(tab)[0][0] is True
        assert tab.evaluate("kept.names()").count("code/abc") == 1

    def refuse(tab):
        for file, words in [
            (path, f"another page, {EXAMPLE}"),
            (other, "no file of answers"),
            (broken, "no file of answers"),
        ]:
            tab.locator(".reply-tray input").set_input_files(file)
            expect(tab.locator(".reply-tray output")).to_contain_text(words)
        assert tab.evaluate("kept.names()") == []

    path, other, broken = (tmp_path / name for name in ("mine.json", "other.json", "broken.json"))
    other.write_text('{"book": "another", "answers": {}}', encoding="utf-8")
    broken.write_text("{", encoding="utf-8")
    assert with_page(EXAMPLE, save) == []
    assert len(with_page(EXAMPLE, open_it)) == 1  # it asks before it puts anything in its place
    assert with_page(OTHER, refuse) == []


@pytest.mark.parametrize("width, scheme", [(390, "dark"), (1280, "light")])
def test_axe_finds_nothing_at_used_fields(browser, width, scheme):
    with browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce") as context:
        tab = visit(context, HTML.as_uri(), CHAPTERS[FIRST])
        number, other, _ = asked_in(FIRST)
        for text, label in [("1", number), (typed(practice.answers(number)[1].value), number), ("x", other)]:
            tab.get_by_label(f"Your answer to {label}").fill(text)
            tab.locator(f'.reply[data-exercise="{label}"] button').click()
        tab.locator("details.marking").first.evaluate("one => { one.open = true; }")
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        low = "all => all.filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"
        assert tab.locator(".reply button, .reply input").evaluate_all(low) == []
        tab.evaluate(AXE)
        found = run_axe(tab, scheme, LAYOUT)
        tab.evaluate(ALIKE)
        assert found + run_axe(tab, scheme, COLOURS) == []
        tab.close()


# --- the page runs ------------------------------------------------------------------------------


STATE = "document.documentElement.dataset.live"
MAKE = "Make this page live"


def until(tab, *states):
    tab.wait_for_function(f"{json.dumps(states)}.includes({STATE})", timeout=240_000)


def make_live(context, served, name, *states):
    """Open a chapter under a name that browsers trust as little as a laptop's in a classroom, and make it live."""
    tab = visit(context, served.replace("127.0.0.1", "class.test"), name)
    tab.asked = []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.pressed = time.monotonic()
    tab.get_by_role("button", name=MAKE).click()
    until(tab, *(states or ["ready", "failed"]))
    return tab


def run_page(context, served, name):
    """Make a chapter live and run it to its end; return what was seen, and what it cost."""
    tab = make_live(context, served, name)
    start, ready = tab.pressed, time.monotonic()
    tab.get_by_role("button", name="Run all").click()
    until(tab, "done", "failed")
    with contextlib.suppress(Exception):  # what is still missing then is reported by a test
        tab.wait_for_function(f"!({UNDRAWN})()", timeout=30_000)
    facts = SimpleNamespace(
        ready=ready - start,
        seconds=time.monotonic() - start,
        memory=max(map(peak_memory, processes("--type=renderer"))),
        cells=tab.evaluate("live.cells()"),
        undrawn=tab.evaluate(UNDRAWN),
        charts=tab.locator("figure.chart").count(),
        questions=tab.locator("form.quiz[data-ready] fieldset").count(),
        shown=tab.evaluate("""() => Object.fromEntries([...document.querySelectorAll("[data-cell].cell")]
            .map(cell => [cell.dataset.cell, cell.querySelectorAll(":scope .cell_output > .output").length]))"""),
        words=tab.locator(".live-bar output").inner_text(),
        asked=tab.asked,
        complaints=tab.complaints,
    )
    tab.close()
    return facts


@pytest.fixture(scope="module")
def ran(browser, kit):
    """Run a page of the kit, from its own server, at most once."""
    with started(kit) as server, browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield functools.cache(functools.partial(run_page, context, server.address))


# Each time the first chapter's page runs below, another one in Firefox, and the code of all in CPython (test_notebooks.py).
each_run = few("name", list(CHAPTERS.values()), now=0)


@needs_python
@each_run
def test_a_page_runs_to_its_end_and_shows_what_is_stored(ran, name):
    facts = ran(name)
    here = {cell["id"]: said(cell["outputs"]) for cell in facts.cells}
    assert facts.words == "All cells have run."
    assert here.pop("set-up") == ["Set-up done.\n"]
    stored = {cell["id"]: said(cell["outputs"]) for cell in chapter_cells(name) if cell["cell_type"] == "code"}
    for cell in chapter_cells(name):
        if "nbval-ignore-output" in cell["tags"]:  # it names the versions
            assert "pandas" in here.pop(cell["id"])[0]
    assert here == {id: stored[id] for id in shown_code(name)}
    with_outputs = {cell["id"]: len(cell["outputs"]) for cell in facts.cells if cell["id"] in facts.shown}
    assert facts.shown == with_outputs and len(with_outputs) > 15
    drawn = charts(chapter_cells(name))
    assert drawn and charts(facts.cells) == drawn
    assert facts.charts == len(drawn) and not facts.undrawn
    assert facts.questions == len(practice.questions(int(name[:2])))


@needs_python
@each_run
def test_a_live_page_asks_no_other_host_and_nothing_fails(ran, name):
    facts = ran(name)
    assert len(facts.asked) > 20
    assert not [url for url in facts.asked if not re.match(r"http://class\.test:\d+/|data:|blob:", url)]
    assert not facts.complaints


def test_nothing_is_asked_for_before_the_button_is_pressed(reader, served):
    tab = visit(reader, served, EXAMPLE, wait="networkidle")
    assert tab.evaluate(STATE) == "off"
    assert tab.get_by_role("button", name=MAKE).is_visible()
    loaded = tab.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert not [url for url in loaded if "/_static/live/" in url or "/lite/" in url]
    tab.close()


def test_from_a_folder_a_line_says_why_there_is_no_button(reader):
    tab = visit(reader, HTML.as_uri(), EXAMPLE)
    assert tab.get_by_role("button", name=MAKE).count() == 0
    expect(tab.locator(".live")).to_contain_text("when the book comes from a server")
    assert tab.evaluate(STATE) == "off"
    tab.close()


@pytest.fixture(scope="module")
def tab(browser, served):
    """One live page, for the tests that do things with it; the first chapter runs fastest."""
    with browser.new_context(
        viewport={"width": 1280, "height": 900}, accept_downloads=True, reduced_motion="reduce"
    ) as context:
        tab = make_live(context, served, CHAPTERS[FIRST])
        yield tab
        tab.close()


def answer_cell(tab, number=0):
    return tab.locator(".live-answer").nth(number)


def put(cell, text):
    """Type into an editor in place of what is there."""
    cell.locator(".CodeMirror").click()
    cell.page.keyboard.press("Control+a")
    cell.page.keyboard.insert_text(text)


FIRST_CHECK = checked(FIRST)[0]


@needs_python
def test_a_cell_runs_after_those_that_it_needs_and_check_names_a_slip(tab):
    right, slip, *_ = practice.answers(FIRST_CHECK)
    cell = answer_cell(tab)
    assert f'check("{FIRST_CHECK}"' in cell.locator(".CodeMirror").inner_text()
    for value, words in [(slip.value, slip.say), (right.value, f"✓ {FIRST_CHECK} is right.")]:
        put(cell, f'answer = {value!r}\ncheck("{FIRST_CHECK}", answer)')
        tab.keyboard.press("Shift+Enter")
        expect(cell.locator(".cell_output")).to_contain_text(words[:60], timeout=60_000)
    until(tab, "ready")
    ran = [cell["ran"] is not None for cell in tab.evaluate("live.cells()")]
    assert sum(ran) > 5 and not all(ran)  # those above it, not those below


@needs_python
def test_a_failing_cell_stops_nothing_else(tab):
    cell, second = answer_cell(tab), answer_cell(tab, 1)
    put(cell, "1 / 0")
    cell.get_by_role("button", name="Run").click()
    expect(cell.locator(".cell_output")).to_contain_text("ZeroDivisionError", timeout=60_000)
    expect(tab.locator(".live-bar output")).to_contain_text("1 ended in an error")
    put(second, "print('still here')")
    second.get_by_role("button", name="Run").click()
    expect(second.locator(".cell_output")).to_contain_text("still here", timeout=60_000)


@needs_python
def test_tab_leaves_an_editor_either_way_and_escape_says_how(tab):
    cell = answer_cell(tab)
    cell.locator(".CodeMirror").click()
    inside = "document.activeElement.closest('.CodeMirror') !== null"
    assert tab.evaluate(inside)
    tab.keyboard.press("Escape")
    expect(tab.locator(".live-bar output")).to_contain_text("Tab leaves the editor")
    value = "document.querySelector('.live-answer .CodeMirror').CodeMirror.getValue()"
    code = tab.evaluate(value)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')") == "Run your answer"
    tab.keyboard.press("Shift+Tab")
    assert tab.evaluate(inside)
    tab.keyboard.press("Shift+Tab")
    assert not tab.evaluate(inside)
    assert tab.evaluate(value) == code


@needs_python
def test_folded_code_becomes_an_editor_when_it_is_opened(tab):
    fold = tab.locator("article [data-cell] details.hide").first
    assert fold.locator(".live-editor").count() == 0
    fold.locator("summary").click()
    expect(fold.locator(".live-editor .CodeMirror")).to_be_visible()
    fold.locator("summary").click()


@needs_python
def test_restart_ends_what_never_would(tab):
    cell = answer_cell(tab)
    put(cell, "while True: pass")
    cell.get_by_role("button", name="Run").click()
    until(tab, "running")
    tab.wait_for_timeout(1000)
    tab.get_by_role("button", name="Restart").click()
    until(tab, "starting")
    until(tab, "ready")
    expect(cell.locator(".cell_output")).to_contain_text("Stopped")
    put(cell, "print(6 * 7)")
    cell.get_by_role("button", name="Run").click()
    expect(cell.locator(".cell_output")).to_contain_text("42", timeout=60_000)


@needs_python
def test_a_page_shows_what_is_stored_and_can_be_downloaded_as_a_notebook(tab):
    tab.get_by_role("button", name="Run all").click()
    until(tab, "done")
    book = {cell["id"]: cell for cell in chapter_cells(CHAPTERS[FIRST]) if cell["cell_type"] == "code"}
    ran = {cell["id"]: cell for cell in tab.evaluate("live.cells()") if cell["id"] in book}
    here = {id: said(cell["outputs"]) for id, cell in ran.items() if cell["source"] == book[id]["source"]}
    assert here == {id: said(book[id]["outputs"]) for id in here}
    assert {id for id in shown_code(CHAPTERS[FIRST]) if "answer" not in book[id]["tags"]} <= here.keys()
    tab.get_by_label(f"Your words for {asked_in(FIRST)[2]}").fill("My *words*.")
    put(answer_cell(tab), "print('mine')")
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Download").click()
    made = nbformat.read(waiting.value.path(), as_version=4)
    nbformat.validate(made)
    assert waiting.value.suggested_filename == f"{CHAPTERS[FIRST]}.ipynb"
    sources = [cell.source for cell in made.cells]
    assert "print('mine')" in sources and "*Your answer:*\n\nMy *words*." in sources
    assert sum(bool(cell.get("outputs")) for cell in made.cells) > 10


@needs_python
def test_a_live_page_keeps_what_was_typed_and_nothing_else(tab):
    """Answers, words and code are there now, and the colours that the theme keeps."""
    put(answer_cell(tab), "# kept")
    tab.wait_for_function("kept.names('code/').some(name => kept.get(name).includes('# kept'))")
    state = tab.context.storage_state(indexed_db=True)
    assert state["cookies"] == []
    names = {item["name"] for place in state["origins"] for item in place["localStorage"]} - {"mode", "theme"}
    assert names and all(name.startswith(f"{SLUG}/{CHAPTERS[FIRST]}/") for name in names)
    assert not [place["indexedDB"] for place in state["origins"] if place.get("indexedDB")]


@in_one_book
@needs_python
def test_axe_finds_nothing_on_a_live_page_that_was_used(tab):
    """Last of the tests of this tab, of which little is left afterwards: on a laptop and a telephone, in light and dark."""
    tab.evaluate("document.querySelectorAll('article details').forEach(one => { one.open = true; })")
    expect(tab.locator("article details .live-editor .CodeMirror").last).to_be_visible()
    found, sizes = {}, {"laptop": 1280, "telephone": 390}
    tab.evaluate(AXE)
    for name, width in sizes.items():
        tab.set_viewport_size({"width": width, "height": 900})
        found[name] = run_axe(tab, "light", LAYOUT)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.evaluate(ALIKE)
    for name, width in sizes.items():
        tab.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            found[name, theme] = run_axe(tab, theme, COLOURS)
    assert not {where: faults for where, faults in found.items() if faults}


def edits(tab):
    """What differs from the book: the code by cell."""
    book = {cell["id"]: cell["source"] for cell in chapter_cells(CHAPTERS[SECOND]) if cell["cell_type"] == "code"}
    return {
        cell["id"]: cell["source"]
        for cell in tab.evaluate("live.cells()")
        if cell["source"] != book.get(cell["id"], cell["source"])
    }


def wait_for(tab, code):
    tab.wait_for_function("code => live.cells().some(cell => cell.source === code)", arg=code)


def pressed(context, served, name):
    """A page that was just made live; its editors are there before Python is."""
    tab = make_live(context, served, name, "starting", "ready")
    tab.wait_for_selector(".live-answer .CodeMirror")
    return tab


def test_edits_survive_a_reload_two_tabs_keep_both_and_reset_throws_away(reader, served):
    one, two = pressed(reader, served, CHAPTERS[SECOND]), pressed(reader, served, CHAPTERS[SECOND])
    one.bring_to_front()
    put(answer_cell(one), "# of the first tab")
    wait_for(two, "# of the first tab")
    two.bring_to_front()
    put(answer_cell(two, 1), "# of the second tab")
    wait_for(one, "# of the second tab")
    both = {"# of the first tab", "# of the second tab"}
    assert set(edits(one).values()) == set(edits(two).values()) == both
    put(answer_cell(two, 1), "# a moment ago")
    two.close(run_before_unload=True)
    one.reload()
    expect(one.locator(".live output")).to_contain_text("You have changed 2 cells")
    one.get_by_role("button", name=MAKE).click()
    one.wait_for_selector(".live-answer .CodeMirror")
    assert set(edits(one).values()) == {"# of the first tab", "# a moment ago"}
    one.on("dialog", lambda dialog: dialog.accept())
    one.get_by_role("button", name="Reset", exact=True).click()
    assert edits(one) == {}
    assert one.evaluate("Object.keys(localStorage).filter(key => key.includes('/code/'))") == []
    one.close()


def test_a_new_edition_is_announced_and_takes_nothing(reader, served):
    tab = pressed(reader, served, CHAPTERS[SECOND])
    put(answer_cell(tab), "# mine")
    put(answer_cell(tab, 1), "# mine too")
    tab.wait_for_timeout(600)
    notebook = json.loads((HTML / "lite" / "files" / f"{CHAPTERS[SECOND]}.ipynb").read_text(encoding="utf-8"))
    notebook["metadata"]["edition"] = "another"
    first, second = [
        cell for cell in notebook["cells"] if "answer" in cell["metadata"].get("tags", []) and cell["cell_type"] == "code"
    ][:2]
    first["source"] = "# The book's new code"
    notebook["cells"].remove(second)
    tab.context.route(f"**/files/{CHAPTERS[SECOND]}.ipynb", lambda route: route.fulfill(json=notebook))
    tab.reload()
    tab.get_by_role("button", name=MAKE).click()
    expect(tab.locator(".live-edition")).to_contain_text("A cell that you changed is no longer in the book")
    expect(answer_cell(tab)).to_contain_text("The book has changed this cell since you did")
    assert "# mine" in edits(tab).values()
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Download").click()
    assert nbformat.read(waiting.value.path(), as_version=4).cells[-1].source == "# From an earlier edition\n# mine too"
    answer_cell(tab).get_by_role("button", name="Reset").click()
    assert "# The book's new code" in answer_cell(tab).locator(".CodeMirror").inner_text()
    tab.close()


@in_one_book
@needs_python
def test_a_chapter_runs_in_firefox(served):
    firefox = pytest.importorskip("firefox")
    if not firefox.NAME:
        pytest.skip("There is no Firefox. On Debian: sudo apt-get install firefox-esr")
    with firefox.launch() as tab:
        tab.goto(f"{served}/chapters/{EXAMPLE}.html")
        tab.click(".live button")
        tab.wait_for(f"['ready', 'failed'].includes({STATE})", 240)
        tab.evaluate("document.querySelector('.live-bar button').click()")
        tab.wait_for(f"['done', 'failed'].includes({STATE})", 240)
        here = {cell["id"]: said(cell["outputs"]) for cell in tab.evaluate("live.cells()")}
        tab.wait_for(f"!({UNDRAWN})()", 60)
        tab.evaluate(f"({ANSWER})([['{EXERCISE}', '{RIGHT}']])")
        reply = f"document.querySelector('.reply[data-exercise=\"{EXERCISE}\"] output').textContent"
        assert tab.evaluate(reply).startswith("✓ Right.")
        assert not tab.complaints
    stored = {cell["id"]: said(cell["outputs"]) for cell in chapter_cells(EXAMPLE) if cell["cell_type"] == "code"}
    assert here.pop("set-up") == ["Set-up done.\n"]
    for cell in chapter_cells(EXAMPLE):
        if "nbval-ignore-output" in cell["tags"]:  # it names the versions
            assert "pandas" in here.pop(cell["id"])[0]
    assert here == {id: stored[id] for id in shown_code(EXAMPLE)}


def test_when_python_cannot_come_the_page_says_so(browser, served):
    with browser.new_context() as context:
        context.route("**/thebe-lite.min.js", lambda route: route.abort())
        tab = visit(context, served, CHAPTERS[FIRST])
        tab.get_by_role("button", name=MAKE).click()
        until(tab, "failed")
        expect(tab.locator(".live output")).to_contain_text("Python has not started: thebe-lite/thebe-lite.min.js is missing")
        assert tab.get_by_role("button", name=MAKE).is_enabled()
        tab.close()


# --- the programs -------------------------------------------------------------------------------


def test_a_build_without_npm_says_so_and_one_with_another_programs_hash_refuses_it(tmp_path, monkeypatch):
    monkeypatch.setattr(engine.shutil, "which", lambda name: None)
    assert engine.fetch(tmp_path).startswith("there is no npm here to fetch thebe-lite")
    (tmp_path / "npm").write_text("#!/bin/sh\necho other > thebe-lite-0.5.0.tgz\n", encoding="utf-8")
    (tmp_path / "npm").chmod(0o755)
    monkeypatch.setattr(engine.shutil, "which", lambda name: str(tmp_path / "npm"))
    assert "its hash differs" in engine.fetch(tmp_path)
    assert not list(tmp_path.glob("*.tgz"))
    (tmp_path / "npm").write_text("#!/bin/sh\necho 'npm error network' >&2\nexit 1\n", encoding="utf-8")
    assert "npm did not fetch thebe-lite 0.5.0 (npm error network)" in engine.fetch(tmp_path)


def test_the_programs_are_light_and_hold_no_source_maps():
    files = [path for path in (HTML / "_static" / "live").rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix == ".map"]
    assert sum(path.stat().st_size for path in files) < 1.5e6
