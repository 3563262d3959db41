"""The page *Your survey*, from the files to the Word document, in real Chromium with the network cut.

Oracles: python-docx, openpyxl and nbformat read what is downloaded; SciPy's signed-rank test, on scores that are added up
here from the example's own tables; axe-core; all that the browser asks for and stores.
The book is built first: PYODIDE=… make book. Without Python in the built book, what needs it is skipped and says so.
"""

import base64
import io
import json
import re
import subprocess
import sys
import types
import xml.dom.minidom
from types import SimpleNamespace

import docx
import nbformat
import openpyxl
import pandas as pd
import pytest
from conftest import ROOT, served
from looking import AXE, RULES, SMALL
from playwright.sync_api import expect
from prepost import page
from scipy import stats
from test_browser import HTML, STORED, needs_python

from _ext.browser import pyodide
from _ext.survey import example, workbooks

PAGE = "chapters/your-survey.html"
EXAMPLE = HTML / "survey" / "example.xlsx"
SECRET = "SECRET-OF-A-PARTICIPANT"
DROP = """([name, content]) => {
    const bytes = Uint8Array.from(atob(content), sign => sign.charCodeAt());
    const given = new DataTransfer();
    given.items.add(new File([bytes], name));
    for (const kind of ["dragenter", "dragover", "drop"])
        document.querySelector(".survey-drop").dispatchEvent(new DragEvent(kind, {dataTransfer: given, bubbles: true, cancelable: true}));
}"""
FAULTS = """rules => axe.run("#survey-tool", {runOnly: {type: "rule", values: rules}, preload: false}).then(found =>
    found.violations.flatMap(fault => fault.nodes.map(node => `${fault.id}: ${node.html.slice(0, 160)}`)))"""
PARTS = {
    name: f"[data-part={name}]"
    for name in ("cannot", "drop", "progress", "trouble", "questions", "settled", "results", "notes")
}


@pytest.fixture(scope="module")
def address():
    with served(HTML) as port:
        yield f"http://127.0.0.1:{port}"


def open_page(context, address):
    tab = context.new_page()
    tab.asked, tab.complaints = [], []
    tab.on("request", lambda request: tab.asked.append(request))
    tab.on("console", lambda message: message.type == "error" and tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.goto(f"{address}/{PAGE}")
    return tab


def wait(tab):
    """Wait until the page has something to ask or to show."""
    shown = [f"!document.querySelector('{PARTS[name]}').hidden" for name in ("trouble", "questions", "results")]
    tab.wait_for_function(f"document.querySelector('{PARTS['progress']}').hidden && ({' || '.join(shown)})", timeout=240_000)


def faults(tab):
    """What axe finds, and what is too small or too wide, in light and dark, on a laptop and on a telephone."""
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE)
    found, size = [], tab.viewport_size
    for width in (1280, 390):
        tab.set_viewport_size({"width": width, "height": 844})
        for theme, rules in RULES.items():
            tab.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            found += [f"{width}, {theme}: {fault}" for fault in tab.evaluate(FAULTS, tab.evaluate(rules))]
        found += [f"{width}: small: {control}" for control in tab.evaluate(SMALL) if "survey" in control]
        found += [f"{width}: scrolls sideways"] if tab.evaluate("document.documentElement.scrollWidth") > width else []
    tab.evaluate("document.documentElement.dataset.theme = 'light'")
    tab.set_viewport_size(size)
    return found


# --- from the files to the document, with one start of Python -------------------------------------


@pytest.fixture(scope="module")
def trip(browser, address, tmp_path_factory):
    """A stranger's workbook is dropped, what is proposed is accepted, and all that is offered is downloaded."""
    folder = tmp_path_factory.mktemp("downloads")
    with browser.new_context(viewport={"width": 1280, "height": 844}, reduced_motion="reduce") as context:
        tab = open_page(context, address)
        facts = SimpleNamespace(faults={"start": faults(tab)}, clicks=0, questions=[], focus=[], words=[], folder=folder)
        facts.before = [request.url for request in tab.asked]
        tab.evaluate(DROP, ["Communication course.xlsx", base64.b64encode(EXAMPLE.read_bytes()).decode()])
        facts.clicks += 1
        wait(tab)
        facts.loaded = len(tab.asked)
        while tab.locator(PARTS["questions"]).is_visible() and not tab.locator(PARTS["results"]).is_visible():
            boxes = tab.locator("fieldset").all()
            facts.questions += [box.get_attribute("data-key") for box in boxes if box.get_attribute("data-offer") is None]
            facts.focus.append(tab.evaluate("document.activeElement.id"))
            facts.words.append(tab.locator(".survey-voice[role]").text_content())
            if len(facts.focus) == 1:
                facts.faults["questions"] = faults(tab)
            for box in boxes:
                if box.get_attribute("data-key") == "name: 1":
                    box.locator("textarea").fill("Confidence in conversations")
            tab.get_by_role("button", name="These are my answers: go on").click()
            facts.clicks += 1
            wait(tab)
        facts.focus.append(tab.evaluate("document.activeElement.id"))
        tab.locator(".survey-downloads a").first.wait_for(timeout=120_000)
        for link in tab.locator(".survey-downloads a").all():
            with tab.expect_download() as download:
                link.click()
            download.value.save_as(folder / download.value.suggested_filename)
        facts.text = tab.locator(PARTS["results"]).inner_text()
        facts.clicks += 1  # one of them, the Word document, is what was wanted
        facts.faults["results"] = faults(tab)
        facts.after = [request for request in tab.asked[facts.loaded :] if not request.url.startswith("blob:")]
        facts.asked, facts.kept, facts.complaints = list(tab.asked), tab.evaluate(STORED), tab.complaints
        facts.storage = context.storage_state(indexed_db=True)
        facts.tab = tab
        yield facts


@needs_python
def test_a_workbook_goes_from_drop_to_word_document_in_few_clicks_and_questions(trip):
    print(f"\n{trip.clicks} clicks, {len(trip.questions)} questions")
    assert (folder := trip.folder / "report.docx").exists(), folder
    assert trip.clicks <= 8 and len(trip.questions) <= 8
    assert len(set(trip.questions)) == len(trip.questions)  # nothing is asked twice


def sums():
    """The scores of the example, added up from its tables without the book's reader."""
    numbers, waves = {label: place for place, label in enumerate(example.LABELS, 1)}, {}
    for wave, sheet in example.sheets().items():
        sheet = sheet.rename(columns={new: old for old, new in example.REWORDED.items()})
        sheet = sheet[sheet[example.CODE] != ""]
        items = sheet[example.STATEMENTS].replace(numbers).astype(int)
        items[example.REVERSED] = 6 - items[example.REVERSED]
        waves[wave] = pd.DataFrame({"confidence": items.sum(axis=1), "test": sheet[example.TEST]}).set_axis(
            sheet[example.CODE].str.casefold()
        )
    return pd.concat([waves["Before"].add_suffix("_before"), waves["After"].add_suffix("_after")], axis=1, join="inner")


@needs_python
def test_the_results_are_those_of_an_independent_reader_and_test(trip):
    """Oracle: `sums`, and SciPy's exact signed-rank test with Pratt's zeros, by its permutation form."""
    scores, table = sums(), pd.read_csv(trip.folder / "results.csv")
    assert list(table["pairs"]) == [len(scores)] * 2
    for row, measure in zip(table.itertuples(), ("confidence", "test")):
        change = scores[f"{measure}_after"] - scores[f"{measure}_before"]
        assert (row.higher, row.same, row.lower) == ((change > 0).sum(), (change == 0).sum(), (change < 0).sum())
        ranks = stats.rankdata(abs(change))[change != 0]
        sums_of_ranks = {0: 1}
        for rank in ranks:
            sums_of_ranks = add(sums_of_ranks, rank)
        observed = stats.rankdata(abs(change))[change > 0].sum()
        total = sum(sums_of_ranks.values())
        tails = [
            sum(n for value, n in sums_of_ranks.items() if side(value)) / total
            for side in (lambda v: v <= observed, lambda v: v >= observed)
        ]
        assert row.p == pytest.approx(min(1, 2 * min(tails)), rel=1e-6)


def add(counts, rank):
    """Count the sums of ranks once more, with this rank in them or not."""
    found = dict(counts)
    for value, number in counts.items():
        found[value + rank] = found.get(value + rank, 0) + number
    return found


@needs_python
def test_the_page_shows_table_figure_flow_and_text_with_the_readers_own_names(trip):
    assert "Confidence in conversations" in trip.text and "Score 1" not in trip.text
    for words in ("Table", "Figure", "Text for your report", "Who is in the results", "Holm", "Computed with Python"):
        assert words in trip.text, words
    assert "Before and After" not in trip.text.replace("the book Before and After", "")


@needs_python
def test_every_download_opens(trip):
    """Oracles: python-docx, openpyxl, nbformat, pandas and an XML parser."""
    files = {path.name: path for path in trip.folder.iterdir()}
    word = docx.Document(files["report.docx"])
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert len(word.tables) == 2 and len(word.inline_shapes) == 2 and "Confidence in conversations" in text
    assert "Confidence in conversations" in [cell.text for cell in word.tables[0].rows[0].cells]
    assert {"instruments", "items", "answers"} <= set(openpyxl.load_workbook(files["study.xlsx"]).sheetnames)
    for name in ("figure", "flow"):
        picture = files[f"{name}.png"].read_bytes()
        assert picture.startswith(b"\x89PNG") and len(picture) > 10_000
        drawn = xml.dom.minidom.parse(str(files[f"{name}.svg"])).documentElement
        assert drawn.tagName == "svg" and len(drawn.getElementsByTagName("text")) > 3
    assert list(pd.read_csv(files["scores.csv"]).columns[1:]) and len(pd.read_csv(files["scores.csv"])) >= 17
    assert nbformat.read(files["repeat.ipynb"], as_version=4).cells


@needs_python
def test_the_notebook_repeats_the_results(trip, tmp_path):
    (tmp_path / "Communication course.xlsx").write_bytes(EXAMPLE.read_bytes())
    cells = nbformat.read(trip.folder / "repeat.ipynb", as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    run = [sys.executable, "-c", f"{code}\nassert study.open == []"]
    done = subprocess.run(run, cwd=tmp_path, env={"PYTHONPATH": str(ROOT / "chapters")}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-500:]
    said = [line for line in done.stdout.splitlines() if line.startswith("Confidence in conversations")]
    assert said and said[0] in trip.text


@needs_python
def test_the_workbook_of_the_study_given_back_gives_the_same_results_without_a_question(trip):
    back = page.step({"study.xlsx": (trip.folder / "study.xlsx").read_bytes()}, {})
    assert not [question["title"] for question in back["questions"] if question["open"]]
    assert all(text in trip.text for text in back["results"]["paragraphs"])


@needs_python
def test_nothing_is_fetched_before_files_come_nothing_after_python_is_there_and_nothing_is_sent_or_kept(trip, address):
    assert not [url for url in trip.before if "pyodide" in url or "vega" in url or url.endswith((".zip", ".xlsx"))]
    assert not trip.after
    for request in trip.asked:
        assert request.method == "GET" and not request.post_data, request.url
        assert request.url.startswith((f"{address}/", "data:", "blob:")), request.url
    for name in example.sheets()["Before"][example.CODE][:5]:
        assert name not in trip.kept
    assert not trip.storage["cookies"]
    kept = {item["name"] for place in trip.storage["origins"] for item in place["localStorage"]}
    assert kept <= {"mode", "theme"} and not [place for place in trip.storage["origins"] if place.get("indexedDB")]
    assert not trip.complaints


@needs_python
def test_axe_finds_nothing_at_the_start_with_questions_or_with_results(trip):
    assert {"start", "questions", "results"} == set(trip.faults)
    assert not {stage: found for stage, found in trip.faults.items() if found}


@needs_python
def test_the_focus_goes_to_the_first_question_and_then_to_the_results_and_both_are_announced(trip):
    assert trip.focus == ["survey-q1"] * (len(trip.focus) - 1) + ["survey-results"]
    assert all(re.search(r"\d question", words) for words in trip.words)


@needs_python
def test_table_and_text_can_be_copied_as_a_table_and_as_text(trip):
    trip.tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    trip.tab.get_by_role("button", name="Copy Results").click()
    expect(trip.tab.locator(".survey-voice[role]")).to_have_text("Copied: Results.")
    read = "async kind => (await (await navigator.clipboard.read())[0].getType(kind)).text()"
    assert "pairs\t17\t17" in trip.tab.evaluate(read, "text/plain")
    assert "<td>17</td>" in trip.tab.evaluate(read, "text/html")
    trip.tab.get_by_role("button", name="Copy paragraph 1").click()
    assert trip.tab.evaluate(read, "text/plain") in trip.text


@needs_python
def test_an_answer_can_be_changed_and_all_can_be_removed_and_done_again_by_keyboard_alone(trip):
    """The same tab, in which Python is there already."""
    tab = trip.tab
    tab.get_by_text(re.compile("Your answers so far")).press("Enter")
    change = tab.get_by_role("button", name=re.compile("Change the answer to: Which of these are reverse-scored"))
    change.press("Enter")
    wait(tab)
    expect(tab.get_by_role("group", name=re.compile("reverse-scored"))).to_be_focused()
    tab.get_by_role("button", name="Remove all and start again").press("Enter")
    expect(tab.get_by_role("button", name="Choose files")).to_be_focused()
    expect(tab.locator(PARTS["questions"])).to_be_hidden()
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("button", name="Try it with an example")).to_be_focused()
    tab.keyboard.press("Enter")
    for _ in range(10):
        tab.wait_for_function("document.activeElement.matches('fieldset, #survey-results')", timeout=60_000)
        if tab.evaluate("document.activeElement.id") == "survey-results":
            break
        first = tab.evaluate("document.activeElement.dataset.key")
        for _ in range(60):
            tab.keyboard.press("Tab")
            if tab.evaluate("document.activeElement.type === 'submit'"):
                break
        tab.keyboard.press("Enter")
        tab.wait_for_function(
            "key => document.activeElement.dataset.key !== key && document.activeElement.matches('fieldset, #survey-results')",
            arg=first,
            timeout=60_000,
        )
    expect(tab.locator("#survey-results")).to_be_focused()
    link = tab.locator(".survey-downloads a").first
    link.wait_for(timeout=60_000)
    with tab.expect_download() as download:
        link.press("Enter")
    assert download.value.suggested_filename == "report.docx"


@needs_python
def test_a_file_that_cannot_be_read_is_named_with_what_to_do_and_the_template_needs_no_question(trip):
    tab = trip.tab
    tab.get_by_role("button", name="Remove all and start again").click()
    tab.evaluate(DROP, ["answers.sav", base64.b64encode(b"$FL2" + b"x" * 100).decode()])
    wait(tab)
    expect(tab.locator(PARTS["questions"])).to_contain_text("answers.sav is an SPSS file")
    expect(tab.locator(PARTS["questions"]).get_by_role("button")).to_have_count(0)  # there is nothing to answer
    tab.get_by_role("button", name="Remove answers.sav").click()
    tab.evaluate(DROP, ["template.xlsx", base64.b64encode((HTML / "survey" / "template.xlsx").read_bytes()).decode()])
    wait(tab)
    expect(tab.locator("#survey-results")).to_be_focused()
    expect(tab.locator(PARTS["results"])).to_contain_text("Confidence in giving feedback")


# --- what can fail, with a stand-in for Python ------------------------------------------------------

STAND_IN = """self.onmessage = ({data}) => setTimeout(() => postMessage(
    {id: data.id, ...(data.start ? {} : %s)}), 20);"""


@pytest.fixture
def tab(browser, address):
    """Open the page with a worker that answers each call with the same."""
    with browser.new_context() as context:

        def opened(reply):
            worker = STAND_IN % json.dumps(reply)
            context.route("**/survey/worker.js*", lambda route: route.fulfill(body=worker, content_type="text/javascript"))
            return open_page(context, address)

        yield opened


def question(form, **more):
    """A question as prepost.page.step returns it."""
    plain = {"key": form, "title": f"Question of form {form}", "seen": [], "advice": "", "choices": [], "form": form}
    return {**plain, "proposal": "", "settled": "", "offer": False, "open": True, **more}


@needs_python
@pytest.mark.parametrize("reply", [{"failed": "KeyError in survey.py, line 7"}, {"broken": "call"}, {"broken": "start"}])
def test_an_error_of_the_program_says_what_to_do_and_keeps_the_files(tab, reply):
    tab = tab(reply)
    tab.evaluate(DROP, ["mine.csv", base64.b64encode(b"code,q1").decode()])
    trouble = tab.get_by_role("alert")
    expect(trouble).to_contain_text("Your files", timeout=10_000)
    expect(trouble).to_contain_text("still here")
    expect(trouble).to_be_focused()
    expect(trouble.get_by_role("button", name="Try again")).to_be_visible()
    expect(tab.locator(".survey-files")).to_contain_text("mine.csv")
    assert "Traceback" not in tab.locator("body").inner_text()


@needs_python
def test_a_question_without_an_answer_says_so_at_its_place(tab):
    choices = [["a", "the first"], ["b", "the second"]]
    asked = [question("one", choices=choices), question("several", choices=choices), question("text")]
    tab = tab({"result": json.dumps({"questions": asked, "notes": [], "results": None})})
    tab.evaluate(DROP, ["mine.csv", base64.b64encode(b"code,q1").decode()])
    tab.get_by_role("button", name="These are my answers: go on").click()
    for place, words in enumerate(["Choose one.", "Tick what applies", "Write an answer."]):
        box = tab.locator("fieldset").nth(place)
        error = box.locator(".survey-error")
        expect(error).to_contain_text(words)
        for field in box.locator("input, textarea").all():
            expect(field).to_have_attribute("aria-invalid", "true")
            expect(field).to_have_accessible_description(re.compile(words))
    expect(tab.locator("input").and_(tab.get_by_role("radio")).first).to_be_focused()
    assert not faults(tab)


@needs_python
def test_what_people_wrote_is_never_read_as_a_program(tab):
    bad = "<img src=x onerror=\"document.title = 'run'\"></script>"
    asked = [question("one", title=bad, seen=[bad], advice=bad, choices=[[bad, bad]])]
    tab = tab({"result": json.dumps({"questions": asked, "notes": [bad], "results": None})})
    tab.evaluate(DROP, [f"{bad[:4]}.csv", base64.b64encode(b"code,q1").decode()])
    expect(tab.locator("fieldset legend")).to_contain_text(bad)
    assert tab.locator("#survey-tool img").count() == 0 and tab.title() != "run"


def test_from_a_folder_the_page_says_what_to_do_instead(browser):
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto((HTML / PAGE).as_uri())
        expect(tab.locator(PARTS["cannot"])).to_contain_text("python serve.py")
        expect(tab.locator(PARTS["drop"])).to_be_hidden()


def test_a_book_without_python_says_so(browser, address):
    script = (HTML / "survey" / "survey.js").read_text(encoding="utf-8")
    script = re.sub(r'\{"packages": .*\);\n$', '{"packages": [], "bytes": 0, "online": null, "edition": ""});', script)
    with browser.new_context() as context:
        context.route("**/survey/survey.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))
        tab = open_page(context, address)
        expect(tab.locator(PARTS["cannot"])).to_contain_text("without Python")
        expect(tab.locator(PARTS["drop"])).to_be_hidden()


def test_the_landing_page_leads_here_and_the_example_and_the_template_can_be_downloaded(browser, address):
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto(f"{address}/chapters/index.html")
        tab.locator(".sd-card", has_text="Run my own survey").click()
        tab.wait_for_url(f"**/{PAGE}")
        for name in ("example", "template"):
            assert tab.request.get(f"{address}/survey/{name}.xlsx").ok


# --- what is made when the book is built ------------------------------------------------------------


def test_an_error_in_python_names_its_place_and_nothing_that_people_wrote(monkeypatch):
    """Oracle: what bridge.py says, run without a browser."""
    to_js = types.ModuleType("pyodide.ffi")
    to_js.to_js = lambda value, dict_converter: value
    monkeypatch.setitem(sys.modules, "pyodide.ffi", to_js)
    monkeypatch.setitem(sys.modules, "js", types.SimpleNamespace(Object=types.SimpleNamespace(fromEntries=None)))
    from _ext.survey import bridge

    class Given(dict):
        def to_py(self):
            raise KeyError(SECRET)

    said = bridge.call("step", Given(), Given(), Given())
    assert re.fullmatch(r"KeyError in test_your_survey_page\.py, line \d+", said["failed"])


def test_the_example_has_the_shape_of_a_forms_workbook():
    sheets = pd.read_excel(EXAMPLE, sheet_name=None)
    before, after = sheets["Before"], sheets["After"]
    assert (len(before), len(after)) == (22, 19) and len(sums()) == 17
    assert [sheet[example.CODE].isna().sum() for sheet in sheets.values()] == [1, 1]
    assert len(set(before.columns) - set(after.columns)) == len(set(after.columns) - set(before.columns)) == 1
    assert len(set(before.columns) - {example.CODE, example.TEST, *example.STATEMENTS}) == 7
    level = before[example.STATEMENTS].replace({label: place for place, label in enumerate(example.LABELS)}).astype(int)
    assert level.corr()[example.REVERSED].drop(example.REVERSED).mean() < 0
    assert before[example.TEST].between(0, 20).all()


def test_the_workbooks_are_the_same_bytes_twice(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        workbooks.write(tmp_path / name)
    for name in ("example.xlsx", "template.xlsx"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_distribution_without_openpyxl_gets_it_from_this_environment(tmp_path):
    """Oracle: a Python that sees nothing else reads the template with it."""
    for name in pyodide.OURS:
        entry, wheel = pyodide.packed(name)
        (tmp_path / entry["file_name"]).write_bytes(wheel)
    program = f"import sys; sys.path[:0] = {[str(path) for path in tmp_path.iterdir()]}; import openpyxl; "
    program += f"print(openpyxl.__file__, openpyxl.load_workbook({str(EXAMPLE)!r}).sheetnames)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True)
    assert str(tmp_path) in done.stdout and "['Before', 'After']" in done.stdout, done.stderr
    made = io.BytesIO(wheel)
    assert made.getbuffer().nbytes > 1000
