"""The book's own survey: the form on the landing page, the file of a person, and a class's files on *Your survey*.

Oracles: scores added up by hand, and those that `prepost` finds in the file that the page has saved; axe-core; all that
the browser asks for and stores. The book is built first: make book.
"""

import base64
import csv
import io
import json
import random
import re

import pandas as pd
import practice
import pytest
from conftest import served, weekly
from looking import AXE, RULES, SMALL
from playwright.sync_api import expect
from prepost import page
from prepost.survey import Study
from test_browser import HTML, needs_python

from _ext import ourselves
from _ext.survey import workbooks

LANDING = "chapters/index.html"
DESCRIPTION = {f"{name}.csv": (ourselves.DATA / f"{name}.csv").read_bytes() for name in ("instruments", "items")}
STATEMENTS = ourselves.describe()["items"].query("instrument == 'confidence'").set_index("item")
LABELS = ourselves.describe()["instruments"].set_index("instrument").loc["confidence", "labels"].split("; ")
QUESTIONS = ourselves.questions()
RIGHT = [[option.right for option in question.options].index(True) for question in QUESTIONS]
KEEP, CODE = "Keep my answers", "MI07N"
FAULTS = """rules => axe.run("#own-survey", {runOnly: {type: "rule", values: rules}, preload: false}).then(found =>
    found.violations.flatMap(fault => fault.nodes.map(node => `${fault.id}: ${node.html.slice(0, 160)}`)))"""
# The places of the answers to the eight statements, None if left out, and to the five questions: once before, once after.
BEFORE = [0, 1, 4, 1, 0, 3, None, 4], [RIGHT[0], 4, 4, (RIGHT[3] + 1) % 4, (RIGHT[4] + 1) % 4]
AFTER = [3, 4, 0, 2, 3, 1, 3, 2], [*RIGHT[:4], (RIGHT[4] + 1) % 4]
# Added up by hand, reversed statements (the third, sixth and eighth) as 6 minus the answer:
# before 1 + 2 + 1 + 2 + 1 + 2 + 1 = 10 of seven, and 10 x 8 / 7 = 11.4; after 4 + 5 + 5 + 3 + 4 + 4 + 4 + 3 = 32.
SCORES = {"confidence_before": 11, "confidence_after": 32, "knowledge_before": 1, "knowledge_after": 4}


@pytest.fixture(params=["http", pytest.param("file", marks=weekly)])
def start(request):
    """The address of the book, from a server and from a folder."""
    if request.param == "file":
        yield HTML.as_uri()
    else:
        with served(HTML) as port:
            yield f"http://127.0.0.1:{port}"


def open_form(context, start):
    tab = context.new_page()
    tab.asked, tab.complaints = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.goto(f"{start}/{LANDING}#your-own-before-and-after")
    expect(tab.locator("details.own-survey")).to_have_attribute("open", "")
    return tab


def fill(tab, statements, questions, code=("Mill Lane", " 7", "n")):
    for name, part in zip(("street", "day", "letter"), code):
        tab.fill(f"[name={name}]", part)
    names = [*STATEMENTS.index, *(question.name for question in QUESTIONS)]
    for name, place in zip(names, [*statements, *questions]):
        if place is not None:
            tab.locator(f"[name={name}]").nth(place).check()


def later(tab):
    """Let the first time have been a month ago."""
    tab.evaluate("""() => {
        const name = Object.keys(localStorage).find(key => key.endsWith("own/before"));
        localStorage.setItem(name, JSON.stringify({...JSON.parse(localStorage.getItem(name)), timestamp: "2026-09-01"}));
    }""")
    tab.reload()


def part(tab, name):
    return tab.locator(f".own-survey [data-part={name}]")


def press(tab, name):
    tab.get_by_role("button", name=name).click()


def save(tab, folder):
    with tab.expect_download() as download:
        press(tab, "Save to a file")
    download.value.save_as(folder / download.value.suggested_filename)
    return folder / download.value.suggested_filename


def faults(tab):
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE)
    found, size = [], tab.viewport_size
    for width, theme in ((1280, "light"), (390, "dark")):
        tab.set_viewport_size({"width": width, "height": 844})
        tab.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        found += [f"{width}, {theme}: {fault}" for fault in tab.evaluate(FAULTS, tab.evaluate(RULES[theme]))]
        found += [f"{width}: small: {control}" for control in tab.evaluate(SMALL) if "own" in control or "radio" in control]
        found += [f"{width}: scrolls sideways"] if tab.evaluate("document.documentElement.scrollWidth") > width else []
    tab.set_viewport_size(size)
    return found


def test_both_times_are_filled_in_kept_saved_and_scored_as_the_book_scores(browser, start, tmp_path):
    """Oracles: `SCORES`, by hand; `Study`, on the saved file and the two tables of the description."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce") as context:
        tab = open_form(context, start)
        asked, found = len(tab.asked), faults(tab)
        assert "taken as the first time" in part(tab, "state").inner_text()
        assert tab.locator("[name=survey]").first.is_checked()
        fill(tab, *BEFORE)
        assert part(tab, "code").inner_text() == CODE
        found += faults(tab)
        press(tab, KEEP)
        expect(part(tab, "state")).to_contain_text(f"under the code {CODE}")
        expect(tab.locator(".own-survey form")).to_be_hidden()
        for question, place in zip(QUESTIONS, RIGHT):  # nothing that is right is shown before the second time
            assert not tab.get_by_text(ourselves.bare(question.options[place].say)).count()
        found += faults(tab)
        first = save(tab, tmp_path)
        assert re.fullmatch(r"before-and-after-[0-9a-f]{6}\.csv", first.name)  # which tells nothing of its owner
        early = first.read_bytes()
        tab.reload()
        assert "Come back after chapter 13" in part(tab, "state").inner_text()
        later(tab)
        assert "this is the second time" in part(tab, "state").inner_text()
        fill(tab, *AFTER)
        press(tab, KEEP)
        expect(part(tab, "result")).to_be_visible()
        tab.reload()
        table = part(tab, "result").locator("tbody tr").all_inner_texts()
        assert [row.split("\t")[1:] for row in table] == [["11", "32", "+21"], ["1", "4", "+3"]]
        lines = part(tab, "result").locator("li").all_inner_texts()
        assert "Then right, now right." in lines[0] and "Then not right, now right." in lines[1]
        assert "Then not right, now not right." in lines[4] and "Right is: 27" in lines[4]
        pages = [link.get_attribute("href") for link in part(tab, "result").locator("a").all()]
        assert len(pages) == 5 + 3 and all((HTML / "chapters" / name).exists() for name in pages)
        found += faults(tab)
        both = save(tab, tmp_path).read_bytes()
        assert not found and not tab.complaints
        assert not [url for url in tab.asked[asked:] if not url.startswith((start, "blob:"))]
    rows = list(csv.DictReader(io.StringIO(both.decode("utf-8-sig"))))
    assert [row["survey"] for row in rows] == ["before", "after"] and list(rows[0]) == ourselves.header()
    assert (
        rows[0]["k1 chosen"] == ourselves.bare(QUESTIONS[0].options[RIGHT[0]].text)
        and rows[0]["k2 chosen"] == ourselves.UNKNOWN
    )
    alone = next(csv.DictReader(io.StringIO(early.decode("utf-8-sig"))))
    unmarked = {question.name: "" for question in QUESTIONS}  # a file of the first time tells nobody what is right
    assert {**rows[0], **unmarked, "timestamp": alone["timestamp"]} == alone
    study = Study({"mine.csv": both, **DESCRIPTION})
    assert not study.open and study.scores.iloc[0].to_dict() == SCORES


@pytest.mark.parametrize("start", ["http", "file"], indirect=True)
def test_a_saved_file_opens_on_another_device_and_throwing_away_leaves_nothing(browser, start, tmp_path):
    with browser.new_context() as context:
        tab = open_form(context, start)
        fill(tab, *BEFORE)
        press(tab, KEEP)
        saved = save(tab, tmp_path)
    with browser.new_context() as context:
        tab = open_form(context, start)
        tab.on("dialog", lambda dialog: dialog.accept())
        (tmp_path / "other.csv").write_text("code,survey\nMI07N,before\n", encoding="utf-8")
        tab.locator(".own-survey input[type=file]").set_input_files(tmp_path / "other.csv")
        expect(part(tab, "trouble")).to_contain_text("is no file of this survey")
        for spreadsheet in (False, True):  # as some spreadsheets write it, with semicolons and without quotation marks
            if spreadsheet:
                rows = list(csv.reader(io.StringIO(saved.read_bytes().decode("utf-8-sig"))))
                with open(saved, "w", encoding="utf-8-sig", newline="") as file:
                    csv.writer(file, delimiter=";").writerows(rows)
            tab.locator(".own-survey input[type=file]").set_input_files(saved)
            expect(part(tab, "state")).to_contain_text("Come back after chapter 13")
            later(tab)
            assert tab.locator("[name=survey]").nth(1).is_checked()
            tab.locator("[name=survey]").first.check()  # to correct the first time, whose answers come back
            assert tab.locator("[name=street]").input_value() == "MI" and tab.locator("[name=linking]").nth(1).is_checked()
            press(tab, "Throw it away")
            expect(part(tab, "state")).to_contain_text("Nothing is kept in this browser yet")
            assert not tab.locator(".own-survey [type=radio]:checked:not([name=survey])").count()
        assert not tab.evaluate("Object.keys(localStorage).filter(name => name.includes('own/'))")


def test_a_half_filled_form_is_there_again_after_a_reload_and_can_be_thrown_away(browser, start):
    with browser.new_context() as context:
        tab = open_form(context, start)
        tab.on("dialog", lambda dialog: dialog.accept())
        tab.locator("[name=survey]").nth(1).check()
        fill(tab, [1], [], ("Mill", "7", ""))
        tab.reload()
        expect(part(tab, "state")).to_have_text(
            "What you have begun to fill in is here. It counts once you press “Keep my answers”."
        )
        assert tab.locator("[name=survey]").nth(1).is_checked() and tab.locator("[name=street]").input_value() == "MI"
        assert tab.locator(".own-survey [type=radio]:checked:not([name=survey])").count() == 1
        fill(tab, *BEFORE)
        press(tab, KEEP)
        assert not tab.evaluate("Object.keys(localStorage).filter(name => name.endsWith('/draft'))")
        tab.reload()
        fill(tab, [1], [], ())
        tab.reload()
        expect(part(tab, "state")).to_contain_text("Only your second time is here")
        expect(part(tab, "state")).to_contain_text("What you have begun to fill in is here.")
        press(tab, "Throw it away")
        assert not tab.evaluate("Object.keys(localStorage).filter(name => name.includes('own/'))")
        assert not tab.locator(".own-survey [type=radio]:checked:not([name=survey])").count()


def test_a_code_that_is_incomplete_or_another_one_and_a_score_that_is_lost_are_said(browser):
    with browser.new_context() as context:
        tab = open_form(context, HTML.as_uri())
        trouble = part(tab, "trouble")
        for code in (("M", "7", "n"), ("Mill", "32", "n"), ("Mill", "", "n"), ("Mill", "7", "5")):
            fill(tab, *BEFORE, code)
            press(tab, KEEP)
            expect(trouble).to_contain_text("Your code is not complete")
        fill(tab, [], [], ("éco le", "07.", "Zoë"))
        assert part(tab, "code").inner_text() == "ÉC07Ë"
        fill(tab, *BEFORE)
        press(tab, KEEP)
        later(tab)
        fill(tab, [1, 2, None, None, 3, 4, 0, 0], [0, 1, 2, 3, None], ("Mill", "7", "m"))
        press(tab, KEEP)
        expect(trouble).to_contain_text("Your code is MI07M now, and another one was kept the first time.")
        tab.fill("[name=letter]", "N")
        press(tab, KEEP)
        expect(trouble).to_contain_text("no score for confidence and knowledge")
        press(tab, KEEP)
        expect(part(tab, "result")).to_contain_text("no score")


def scored(tab, row):
    """The scores of a row by the page's program alone."""
    tab.evaluate(
        "row => localStorage.setItem(Object.keys(localStorage).find(key => key.endsWith('own/before')), row)", json.dumps(row)
    )
    tab.reload()
    rows = part(tab, "result").locator("tbody tr td:nth-child(2)")
    expect(rows).to_have_count(2)
    cells = rows.all_inner_texts()
    return [None if cell == "no score" else int(cell) for cell in cells]


# From a folder, Chromium without windows now and then forgets all that it keeps when a busy computer reloads the page.
@pytest.mark.parametrize("start", ["http"], indirect=True)
def test_the_page_and_python_give_the_same_scores_whatever_is_left_out(browser, start, rng):
    with browser.new_context() as context:
        tab = open_form(context, start)
        for answers in (BEFORE, AFTER):
            fill(tab, *answers)
            press(tab, KEEP)
            later(tab)
        for _ in range(12):
            row = person(rng, CODE, "before", blank=0.12)
            study = Study({"mine.csv": file([row, person(rng, CODE, "after")]), **DESCRIPTION})
            assert not study.open
            expected = [study.scores.iloc[0][f"{name}_before"] for name in ("confidence", "knowledge")]
            assert scored(tab, row) == [None if pd.isna(score) else score for score in expected], row


# --- a class's files --------------------------------------------------------------------------------


@pytest.fixture
def rng():
    return random.Random(13)


def person(rng, code, survey, blank=0.0):
    """A row as the page saves it, with random answers."""
    row = {"code": code, "survey": survey, "timestamp": "2026-09-01" if survey == "before" else "2026-12-01"}
    row |= {item: rng.choice(LABELS) if rng.random() >= blank else "" for item in STATEMENTS.index}
    for question in QUESTIONS:
        option = rng.choice(question.options)
        left = rng.random() < blank / 4
        row[question.name] = "" if left else str(int(option.right))
        row[f"{question.name} chosen"] = "" if left else ourselves.bare(option.text)
    return row


def file(rows):
    made = io.StringIO()
    writer = csv.DictWriter(made, ourselves.header(), quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + made.getvalue().encode()


@pytest.fixture
def people(rng):
    """Twelve people, {code: [before, after]}."""
    codes = [f"AB{day:02d}{letter}" for day, letter in zip(range(3, 27, 2), "NAELSRNAELSR")]
    return {code: [person(rng, code, "before"), person(rng, code, "after")] for code in codes}


def by_hand(row):
    values = [LABELS.index(row[item]) + 1 for item in STATEMENTS.index]
    confidence = sum(6 - value if turned == "yes" else value for value, turned in zip(values, STATEMENTS["reversed"]))
    return confidence, sum(int(row[question.name]) for question in QUESTIONS)


def expected_scores(people):
    """Sorted, as the people are numbered in the order of their codes."""
    return [[*by_hand(before), *by_hand(after)] for _, (before, after) in sorted(people.items())]


def found_scores(study):
    columns = [f"{name}_{wave}" for wave in ("before", "after") for name in ("confidence", "knowledge")]
    return study.scores.sort_index()[columns].astype(int).to_numpy().tolist()


def named(people):
    return {f"before-and-after-{code}.csv": file(rows) for code, rows in people.items()}


def test_twelve_files_are_one_table_and_ask_nothing(people):
    study = Study({**named(people), **DESCRIPTION})
    assert study.questions == [] and found_scores(study) == expected_scores(people)
    assert "12 files with the same columns taken as one table, whose column “survey” says the survey." in study.notes
    assert list(study.flow.loc["pairs"]) == [12, 12]
    given_back = Study({"study.xlsx": page.workbook(study)})
    assert given_back.questions == [] and found_scores(given_back) == expected_scores(people)


def test_files_given_twice_and_early_ones_count_once_and_are_noted(people):
    codes = list(people)
    files = {**named(people), "copy.csv": file(people[codes[0]]), "early.csv": file(people[codes[1]][:1])}
    study = Study({**dict(reversed(files.items())), **DESCRIPTION})
    assert study.questions == [] and found_scores(study) == expected_scores(people)
    assert "14 files: 3 rows that an earlier file holds word for word, counted once." in study.notes
    assert list(study.flow.loc["submissions"]) == [12, 12]


def test_a_first_time_that_was_corrected_later_is_settled_as_any_duplicate_is(people):
    code = list(people)[0]
    corrected = {**people[code][0], "timestamp": "2026-09-02", "linking": LABELS[0]}
    study = Study({**named(people), "z.csv": file([corrected]), **DESCRIPTION})
    assert study.questions == [] and found_scores(study) == expected_scores(people)
    assert any(f"code {code} was sent 2 times" in note for note in study.notes)


def test_people_with_one_time_only_are_in_the_flow_and_five_pairs_give_no_row(people):
    few = dict(list(people.items())[:5])
    late = {"XX01Y": [person(random.Random(1), "XX01Y", "after")]}
    early = person(random.Random(2), "XX02Z", "before") | {question.name: "" for question in QUESTIONS}  # as the page saves it
    late["XX02Z"] = [early]
    result = page.step({**named({**few, **late}), **DESCRIPTION}, {})["results"]
    assert len(result["warnings"]) == 2 and "needs at least six" in result["warnings"][0] and not result["table"]
    study = Study({**named({**few, **late}), **DESCRIPTION})
    assert list(study.flow.loc["without a partner"]) == [1, 1] and not study.questions


def test_three_exports_of_three_surveys_are_still_asked_about(rng):
    """A column that says a survey has to say both, and nothing else."""
    rows = [
        {**person(rng, f"AB{day:02d}N", "before"), "survey": wave} for day in (1, 2, 3) for wave in ("before", "after", "later")
    ]
    files = {f"{name}.csv": file([row for row in rows if row["code"][3] == day]) for name, day in zip("abc", "123")}
    assert [question.key for question in Study({**files, **DESCRIPTION}).open] == ["surveys"]


def test_another_file_among_those_of_a_class_is_named_and_not_read(people):
    study = Study({**named(people), "list.csv": b"code,group\nAB03N,1\nAB05A,2\n", **DESCRIPTION})
    assert [question.key for question in study.open] == ["file: list.csv"]
    assert "has other columns than the 12 files" in study.open[0].title


def test_the_results_of_a_folder_are_those_of_the_page(people, tmp_path):
    for name, content in {**named(people), **DESCRIPTION}.items():
        (tmp_path / name).write_bytes(content)
    assert found_scores(Study(tmp_path)) == expected_scores(people)


DROP = """files => {
    const given = new DataTransfer();
    for (const [name, content] of files)
        given.items.add(new File([Uint8Array.from(atob(content), sign => sign.charCodeAt())], name));
    document.querySelector(".survey-drop").dispatchEvent(new DragEvent("drop", {dataTransfer: given, bubbles: true, cancelable: true}));
}"""


@needs_python
def test_a_class_drops_its_files_and_sees_its_results_without_a_question(browser, people):
    with served(HTML) as port, browser.new_context() as context:
        tab = context.new_page()
        tab.goto(f"http://127.0.0.1:{port}/chapters/your-survey.html")
        tab.evaluate(DROP, [[name, base64.b64encode(content).decode()] for name, content in named(people).items()])
        tab.locator("[data-part=results] table").first.wait_for(timeout=240_000)
        assert not tab.locator("[data-part=questions] fieldset").count()
        text = tab.locator("[data-part=results]").inner_text()
        assert "Confidence in analysing a pre–post study" in text and "Knowledge of pre–post studies" in text
        assert "the book's own survey.xlsx" in tab.locator("[data-part=files]").inner_text()


# --- what it is made of -----------------------------------------------------------------------------


def test_the_workbook_for_a_class_describes_the_survey_as_its_tables_do(people, tmp_path):
    workbooks.write(tmp_path)
    study = Study({**named(people), "the book's own survey.xlsx": (tmp_path / "ourselves.xlsx").read_bytes()})
    assert study.questions == [] and found_scores(study) == expected_scores(people)


def test_the_questions_have_one_right_option_of_four_that_neither_place_nor_length_gives_away():
    assert [len(question.options) for question in QUESTIONS] == [4] * 5
    assert all(sum(option.right for option in question.options) == 1 for question in QUESTIONS)
    assert len(set(RIGHT)) >= 3
    longest = [max(range(4), key=lambda place: len(question.options[place].text)) for question in QUESTIONS]
    assert sum(place == right for place, right in zip(longest, RIGHT)) <= 2
    assert {question.objective for question in QUESTIONS} <= set(practice.chapters())


def test_the_statements_are_eight_of_which_some_are_reverse_scored_and_none_is_in_another_instrument():
    assert len(STATEMENTS) == 8 and 2 <= (STATEMENTS["reversed"] == "yes").sum() <= 4
    others = {row["wording"] for path in (ourselves.DATA.parent, ourselves.DATA.parent / "template")
              for _, row in pd.read_csv(path / "items.csv").iterrows()}  # fmt: skip
    assert not others & set(STATEMENTS["wording"])


def test_a_book_without_the_tables_of_the_survey_has_no_survey(tmp_path, monkeypatch):
    monkeypatch.setattr(ourselves, "DATA", tmp_path)  # an empty folder is none
    context = {"body": ourselves.PLACE}
    ourselves.place(None, "chapters/index", "page.html", context, None)
    assert ourselves.describe() == {} and context == {"body": ourselves.PLACE}
