"""prepost.Study against small exports of every kind that people have.

Oracle: `truth`, which adds up the answers of PEOPLE by hand, without any function of the book. A study must come out so,
or ask; what it asks, and what it says of what it left out, is stated test by test.
"""

import csv
import io
import json
import random
import string
import subprocess
import sys
import unicodedata
import warnings
from pathlib import Path

import openpyxl
import pandas as pd
import prepost
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prepost import page
from prepost.reading import Unreadable, plain, sheets
from prepost.survey import Study

ROOT = Path(__file__).resolve().parent.parent
LABELS = ["Never", "Rarely", "Sometimes", "Often", "Always"]
ITEMS = {"m1": "I ask first.", "m2": "I interrupt.", "m3": "I sum up."}  # m2 is reverse-scored
# code: answers to m1, m2, m3 (numbers of LABELS) and a rating from 0 to 10, in the first and in the second survey
PEOPLE = {
    "AN12K": ((2, 4, 1, 3), (3, 3, 3, 5)),
    "BE34L": ((3, 3, 2, 5), (4, 2, 4, 5)),
    "CA56M": ((1, 5, 1, 2), (2, 4, 2, 6)),
    "DO78N": ((4, 2, 3, 7), (4, 2, 3, 6)),
    "EM90O": ((5, 1, 4, 8), (4, 2, 4, 9)),
    "FI11P": ((3, 3, 3, 4), (3, 2, 4, 4)),
    "GO22Q": ((2, 3, 2, 6), (5, 1, 5, 8)),
    "HA33R": ((3, 4, 2, 1), (2, 5, 1, 0)),
}
INSTRUMENTS = f"""\
instrument,name,lowest,highest,labels,higher_means,max_skipped
listen,Listening,1,5,{"; ".join(LABELS)},better listening,1
rate,Rating,0,10,,more,0
"""
DESCRIPTION = """\
item,instrument,wording,reversed
m1,listen,I ask first.,no
m2,listen,I interrupt.,yes
m3,listen,I sum up.,no
r,rate,How sure are you?,no
"""


def truth(people=PEOPLE):
    """Scores by hand: {code: (listening before, after, rating before, after)}."""
    return {
        code: tuple(
            value
            for place in (0, 1)
            for value in ([a + (6 - b) + c for a, b, c, _ in waves][place], [w[3] for w in waves][place])
        )
        for code, waves in people.items()
    }


def rows(wave, people=PEOPLE, label=lambda number: LABELS[number - 1]):
    """One survey as a table with a header: code, m1, m2, m3, r."""
    table = [["code", *ITEMS, "r"]]
    for code, waves in people.items():
        *answers, rating = waves[wave]
        table.append([code, *map(label, answers), str(rating)])
    return table


def text(table, separator=",", end="\n"):
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(table)
    return out.getvalue()


def files(before=None, after=None, instruments=INSTRUMENTS, items=DESCRIPTION, **more):
    """A study's files: exports as tables, text or bytes."""

    def content(made):
        made = text(made) if isinstance(made, list) else made
        return made.encode() if isinstance(made, str) else made

    made = {
        "instruments.csv": instruments, "items.csv": items,
        "before.csv": rows(0) if before is None else before, "after.csv": rows(1) if after is None else after, **more,
    }  # fmt: skip
    return {name: content(made) for name, made in made.items() if made is not False}


def scores(study):
    """What a study found, as `truth` has it, without the codes: sorted, as people are numbered."""
    assert study.scores is not None, [str(question) for question in study.open]
    table = study.scores[["listen_before", "rate_before", "listen_after", "rate_after"]].sort_index()
    return [tuple(None if pd.isna(cell) else float(cell) for cell in row) for row in table.itertuples(index=False)]


def right(study, people=PEOPLE):
    assert scores(study) == [tuple(map(float, truth(people)[code])) for code in sorted(people, key=lambda c: plain(c).upper())]


def keys(study):
    return [question.key for question in study.open]


def change(table, row, column, cell):
    table = [list(line) for line in table]
    table[row][table[0].index(column)] = cell
    return table


def added(table, column, cells):
    return [[*line, cell] for line, cell in zip(table, [column, *cells])]


# --- what is read as what it means ------------------------------------------------------------------------


def test_the_plain_study():
    study = Study(files())
    right(study)
    assert study.notes == [] and list(study.flow["before"]) == [8, 0, 0, 0, 8, 0, 8]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_encodings_and_line_ends(separator, encoding, end):
    people = {code.replace("O", "Ö"): waves for code, waves in PEOPLE.items()}
    made = [text(rows(wave, people), separator, end).encode(encoding) for wave in (0, 1)]
    right(Study(files(*made)), people)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: "sep=;\n" + made.replace(",", ";"),
        lambda made: made + ",,,,\n,,,,\n\n",
        lambda made: made.replace("\n", ",,\n"),
        lambda made: "Survey on listening\n\n" + made,
        lambda made: made.replace("m1,", '" m1\n",'),
        lambda made: made.replace("m1,", "m1\u00a0,"),
        lambda made: made.replace("Often", "often").replace("Never", "NEVER "),
        lambda made: made.replace("Often", "Often\u00a0").replace("Never", "\u200bNever"),
        lambda made: made.replace("Often", "4 - Often").replace("Never", "Never (1)"),
        lambda made: made.replace("AN12K", "an 12 k").replace("BE34L", "\uff22E34L\u200b"),
    ],
)
def test_what_means_the_same_is_read_as_the_same(spoil):
    right(Study(files(spoil(text(rows(0))), spoil(text(rows(1))))))


def test_typographic_quotes_and_dashes_and_two_encodings_of_an_accent():
    labels = "Don't; So-so; Yes; Really; Fully"
    typed = ["Don’t", "So–so", "Yes", "Really", "Fully"]
    people = {code.replace("O", "É"): waves for code, waves in PEOPLE.items()}
    after = unicodedata.normalize("NFD", text(rows(1, people, lambda n: typed[n - 1])))
    study = Study(files(rows(0, people, lambda n: typed[n - 1]), after, INSTRUMENTS.replace("; ".join(LABELS), labels)))
    right(study, people)


@pytest.mark.parametrize("form", ["{}", "{}.0", "{},0"])
def test_numbers_for_labels_are_what_the_description_says(form):
    made = [text(rows(wave, label=lambda n: form.format(n)), ";") for wave in (0, 1)]
    study = Study(files(*made))
    right(study)
    assert any("1 = never" in note for note in study.notes)


def test_single_numbers_among_labels_are_said():
    study = Study(files(change(rows(0), 1, "m1", "2")))
    right(study)
    assert any("numbers read as 1 = never" in note for note in study.notes)


def workbook(**tables):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, table in tables.items():
        sheet = book.create_sheet(name)
        for row in table:
            sheet.append([int(cell) if cell.isdigit() and cell == str(int(cell)) else cell for cell in row])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def test_workbooks_one_a_survey_or_one_sheet_a_survey_or_called_csv():
    one, other = workbook(Sheet1=rows(0)), workbook(Sheet1=rows(1))
    right(Study(files(one, other)))
    right(Study(files(False, False, **{"before.xlsx": one, "after.xlsx": other})))
    right(Study(files(False, False, **{"study.xlsx": workbook(before=rows(0), after=rows(1))})))
    description = [[list(row) for row in csv.reader(io.StringIO(made))] for made in (INSTRUMENTS, DESCRIPTION)]
    whole = workbook(Instruments=description[0], Items=description[1], Pre=rows(0), Post=rows(1))
    right(Study({"study.xlsx": whole}))


def qualtrics(wave, label=lambda number: LABELS[number - 1], status="IP Address", finished="True", texts=None):
    header, *body = rows(wave, label=label)
    first = ["StartDate", "EndDate", "Status", "Finished"]
    imports = [json.dumps({"ImportId": name}) for name in (*first, *header)]
    told = ["Start Date", "End Date", "Response Type", "Finished", "Your code", *(texts or ITEMS.values()), "How sure are you?"]
    days = [[f"2025-03-{day:02d} 09:00:00", f"2025-03-{day:02d} 09:05:00", status, finished] for day in range(1, len(body) + 1)]
    return [[*first, *header], told, imports, *([*day, *row] for day, row in zip(days, body))]


def test_qualtrics_three_header_rows_previews_and_two_exports_below_each_other():
    preview = ["2025-03-01 08:00:00"] * 2 + ["Survey Preview", "True", "test", *LABELS[:3], "5"]
    before, after = [*qualtrics(0), preview], [*qualtrics(1), preview]
    study = Study(files(before, after))
    right(study)
    assert sum("preview" in note for note in study.notes) == 2
    twice = [*qualtrics(0)[:6], *qualtrics(0)[:3], *qualtrics(0)[6:]]
    right(Study(files(twice, qualtrics(1))))
    legacy = [[cell.replace('"', "'") for cell in row] if place == 2 else row for place, row in enumerate(qualtrics(0))]
    right(Study(files(legacy, qualtrics(1))))


def test_surveymonkey_two_header_rows():
    def export(wave):
        header, *body = rows(wave)
        first = ["Respondent ID", "End Date", "What is your code?", "How often?", "", "", "How sure are you?"]
        second = ["", "", "Open-Ended Response", *header[1:4], "Response"]
        return [first, second, *(["11", "03/01/2025", *row] for row in body)]

    items = DESCRIPTION.replace("r,rate", "How sure are you?,rate")
    study = Study(files(export(0), export(1), items=items))
    assert keys(study) == ["code: before", "code: after"]
    right(Study(files(export(0), export(1), items=items), dict.fromkeys(keys(study), "What is your code?")))


def test_redcap_one_long_file_and_incomplete_instances():
    header, *first = rows(0)
    body = [
        [row[0], event, *row[1:], "2"] for wave, event in ((0, "baseline_arm_1"), (1, "post_arm_1")) for row in rows(wave)[1:]
    ]
    long = [[header[0], "redcap_event_name", *header[1:], "form_complete"], *body]
    study = Study(files(long, long))
    right(study)
    assert any("post_arm_1" in note for note in study.notes)
    right(Study(files(False, False, **{"redcap.csv": long})))
    started = [first[0][0], "baseline_arm_1", "Always", "", "", "", "0"]
    study = Study(files([long[0], started, *long[1:]], False))
    right(study)
    assert study.flow.loc["not finished", "before"] == 1


def test_three_waves_two_are_chosen():
    waves = [("t0", 0), ("t1", 1), ("t9", 0)]
    body = [[row[0], name, *row[1:]] for name, wave in waves for row in rows(wave)[1:]]
    made = files([["code", "visit", *ITEMS, "r"], *body], False)
    assert keys(Study(made)) == ["surveys"]
    right(Study(made, {"surveys": "t0 → t1"}))
    separate = files(False, False, **{f"{name}.csv": rows(wave) for name, wave in (("june", 0), ("july", 1), ("may", 1))})
    separate["may.csv"] = separate["may.csv"].replace(b"Often", b"Always")
    assert keys(Study(separate)) == ["surveys"]
    right(Study(separate, {"surveys": "june.csv → july.csv"}))


def test_one_name_that_tells_is_a_proposal_and_no_decision():
    for told, other in (("before.csv", "june.csv"), ("june.csv", "after.csv")):
        made = files(False, False, **{told: rows(0), other: rows(1)})
        assert keys(Study(made)) == ["surveys"] and Study(made).open[0].proposal == f"{told} → {other}"
        right(Study(made, {"surveys": "yes"}))


@pytest.mark.parametrize("form", ["pre_{}", "{}_pre", "Before: {}", "{} (before)", "T1.{}"])
def test_one_wide_file(form):
    other = form.replace("pre", "post").replace("before", "after").replace("Before", "After").replace("T1", "T2")
    names = [*ITEMS, "r"]
    table = [["code", *(form.format(name) for name in names), *(other.format(name) for name in names)]]
    table += [[*one, *two[1:]] for one, two in zip(rows(0)[1:], rows(1)[1:])]
    right(Study(files(table, False)))


def test_columns_in_any_order_and_other_names_in_the_second_survey():
    order = [4, 0, 3, 1, 2]
    right(Study(files([[row[place] for place in order] for row in rows(0)])))
    renamed = [["code", "n1", "m2", "m3", "r"], *rows(1)[1:]]
    study = Study(files(after=renamed))
    assert keys(study) == ["column: m1, after"]
    right(Study(files(after=renamed), {"column: m1, after": "n1"}))
    items = DESCRIPTION.replace("reversed\n", "reversed,after\n").replace("no\n", "no,\n").replace("yes\n", "yes,\n")
    right(Study(files(after=renamed, items=items.replace("first.,no,", "first.,no,n1"))))


@pytest.mark.parametrize(
    "names", [("1", "2", "3", "4"), ("code_1", "code_2", "code_3", "code_4"), ("NA", "None", "nan", "1.0")]
)
def test_names_that_other_readers_turn_into_something_else(names):
    swap = dict(zip([*ITEMS, "r"], names))
    made = [[[swap.get(cell, cell) for cell in table[0]], *table[1:]] for table in (rows(0), rows(1))]
    items = "\n".join(
        ",".join([swap.get(line.split(",")[0], line.split(",")[0]), *line.split(",")[1:]]) for line in DESCRIPTION.splitlines()
    )
    study = Study(files(*made, items=items))
    right(study)
    study = Study(files(instruments=INSTRUMENTS.replace("listen,", "NA,").replace("rate,", "01,"),
                        items=DESCRIPTION.replace("listen,", "NA,").replace(",rate,", ",01,")))  # fmt: skip
    assert set(study.scores) == {"01_after", "01_before", "NA_after", "NA_before"}


def test_sliders_totals_and_shared_items():
    people = {code: tuple((*wave[:3], wave[3] + 0.25) for wave in waves) for code, waves in PEOPLE.items()}
    for labels in ("", "0 to 100", "; ".join(map(str, range(101)))):
        study = Study(files(rows(0, people), rows(1, people), INSTRUMENTS.replace("0,10,", f"0,100,{labels}")))
        right(study, people)
    subscale = INSTRUMENTS + f"two,Two of them,1,5,{'; '.join(LABELS)},x,0\n"
    study = Study(files(instruments=subscale, items=DESCRIPTION + "m1,two,I ask first.,no\nm3,two,I sum up.,no\n"))
    right(study)
    by_hand = [waves[0][0] + waves[0][2] for _, waves in sorted(PEOPLE.items())]
    assert study.scores["two_before"].sort_index().tolist() == by_hand
    ready = (
        [["code", "score"], *([code, str(truth()[code][0])] for code in PEOPLE)],
        [["code", "score"], *([code, str(truth()[code][2])] for code in PEOPLE)],
    )
    study = Study(files(*ready, "instrument,name,lowest,highest\ns,S,3,15\n", "item,instrument,reversed\nscore,s,no\n"))
    assert study.scores["s_after"].sort_index().tolist() == [truth()[code][2] for code in sorted(PEOPLE)]


def test_finished_in_other_languages_and_empty_forms():
    for yes, no in (("True", "False"), ("TRUE", "FALSE"), ("1", "0"), ("WAHR", "FALSCH"), ("Yes", "No")):
        before = added(rows(0), "Finished", [yes] * 8) + [["AN12K", *["Always"] * 3, "9", no]]
        study = Study(files(before))
        right(study)
        assert study.flow.loc["not finished", "before"] == 1
    odd = added(rows(0), "Finished", ["perhaps", *["yes"] * 7])
    assert keys(Study(files(odd))) == ["finished: before: perhaps"]
    right(Study(files(odd), {"finished: before: perhaps": "yes"}))
    study = Study(files(rows(0) + [["ZZ99Z", "", "", "", ""], [" "] * 5]))
    right(study)
    assert study.flow.loc["submissions", "before"] == 9  # the row of blanks is none


# --- what is asked ----------------------------------------------------------------------------------------


def test_numbers_from_qualtrics_are_asked_about_and_so_are_numbers_in_one_survey_only():
    made = files(qualtrics(0, label=str), qualtrics(1, label=str))
    assert keys(Study(made)) == ["numbers: listen"]
    right(Study(made, {"numbers: listen": "as described"}))
    turned = files(qualtrics(0, label=lambda n: str(6 - n)), qualtrics(1, label=lambda n: str(6 - n)))
    right(Study(turned, {"numbers: listen": "turned"}))
    mixed = files(rows(0), rows(1, label=str))
    assert keys(Study(mixed)) == ["numbers: listen"]
    right(Study(mixed, {"numbers: listen": "as described"}))


def test_another_question_under_the_same_name():
    moved = files(qualtrics(0), qualtrics(1, texts=["Tea?", "Coffee?", "Milk?"]))
    assert keys(Study(moved)) == ["wording: reworded"]
    assert "Tea?" in str(Study(moved).open[0])
    right(Study(moved, {"wording: reworded": "same questions"}))


def test_other_scales_in_the_two_surveys():
    described = INSTRUMENTS.replace("1,5," + "; ".join(LABELS), "1,7," + "; ".join(f"{LABELS[0]} {n}" for n in range(7)))
    people = {f"P{number:03d}": ((1 + number % 5,) * 3 + (5,), (1 + number % 7,) * 3 + (5,)) for number in range(40)}
    made = files(rows(0, people, str), rows(1, people, str), described)
    assert keys(Study(made)) == ["range: listen"]
    assert keys(Study(made, {"range: listen": "same scale"})) == []
    zero = INSTRUMENTS.replace("1,5,", "0,4,")
    people = {code: tuple((min(w[0], 4), min(w[1], 4), min(w[2], 4), w[3]) for w in waves) for code, waves in PEOPLE.items()}
    assert keys(Study(files(rows(0, people, str), rows(1, people, str), zero))) == ["zero: listen"]


@pytest.mark.parametrize("cell", ["N/A", "Prefer not to say", ".", "-", "99", "Oftn", "3.5", "#REF!"])
def test_a_cell_that_is_no_answer_is_one_question_however_often_it_stands(cell):
    before = change(change(rows(0), 1, "m1", cell), 4, "m3", cell)
    study = Study(files(before))
    assert len(study.open) == 1 and study.open[0].title.startswith("2 cells of “Listening” say")
    study = Study(files(before), {study.open[0].key: "missing"})
    # by hand: the mean of the other two answers stands in, a half rounded up
    expected = {code: list(row) for code, row in truth().items()}
    expected["AN12K"][0] = int(((6 - 4) + 1) * 3 / 2 + 0.5)
    expected["DO78N"][0] = int((4 + (6 - 2)) * 3 / 2 + 0.5)
    assert scores(study) == [tuple(map(float, row)) for _, row in sorted(expected.items())]
    assert "Often" in study.asked[f"cell: listen: {plain(cell)}"].choices if cell != "99" else True


def test_codes_that_only_their_writing_keeps_apart_are_offered_and_not_linked():
    number = {code: f"{place * 7:03d}" for place, code in enumerate(PEOPLE, 1)}
    numbered = {number[code]: waves for code, waves in PEOPLE.items()}
    cut = {code.lstrip("0"): waves for code, waves in numbered.items()}
    made = files(rows(0, numbered), rows(1, cut))
    assert keys(Study(made)) == ["near: zeros"]
    right(Study(made, {"near: zeros": "link"}), numbered)
    for key, form in (("signs", "{0}{1}-{2}"), ("accents", "É{1}{2}"), ("look-alikes", "{0}{1}{2}")):
        people = {form.format(code[0], code[1], code[2:]): waves for code, waves in PEOPLE.items()}
        if key == "look-alikes":
            people = {code.replace("O", "0").replace("I", "1"): waves for code, waves in PEOPLE.items()}
        plain_ones = {("E" + code[1:] if key == "accents" else code): waves for code, waves in PEOPLE.items()}
        if len(set(plain_ones)) == len(PEOPLE):
            assert keys(Study(files(rows(0, plain_ones), rows(1, people)))) == [f"near: {key}"]
    study = Study(files(after=[[cell.replace("AN12K", "AN12X") for cell in row] for row in rows(1)]))
    assert [question.key for question in study.questions if question.offer] == ["near: AN12K and AN12X"]
    assert study.flow.loc["pairs", "after"] == 7
    linked = Study(
        files(after=[[cell.replace("AN12K", "AN12X") for cell in row] for row in rows(1)]), {"near: AN12K and AN12X": "link"}
    )
    right(linked)


@pytest.mark.parametrize("placeholder", ["n/a", "-", "none", "?", "N.A.", "don't know", "--"])
def test_a_placeholder_is_no_code(placeholder):
    before, after = change(rows(0), 1, "code", placeholder), change(rows(1), 2, "code", placeholder)
    study = Study(files(before, after))
    right(study, {code: waves for code, waves in PEOPLE.items() if code not in ("AN12K", "BE34L")})
    assert list(study.flow.loc["without a code"]) == [1, 1] and any(placeholder in note for note in study.notes)


def test_one_code_for_two_people_and_one_person_twice():
    before, after = change(rows(0), 2, "code", "AN12K"), change(rows(1), 2, "code", "AN12K")
    study = Study(files(before, after))
    assert keys(study) == ["twice: AN12K"]
    rest = {code: waves for code, waves in PEOPLE.items() if code not in ("AN12K", "BE34L")}
    right(Study(files(before, after), {"twice: AN12K": "two people"}), rest)
    blank = {"AN 1 12": PEOPLE["AN12K"], "AN 11 2": PEOPLE["BE34L"], **rest}
    made = files(rows(0, blank), rows(1, blank))
    assert keys(Study(made)) == ["twice: AN112"]
    right(Study(made, {"twice: AN112": "with blanks"}), blank)
    again = Study(files(after=rows(1) + [["an12k", *["Always"] * 3, "9"]]))
    right(again)
    assert again.flow.loc["sent again", "after"] == 1 and any("row 2 counts" in note for note in again.notes)


def test_the_date_of_submission_decides_and_is_asked_about_if_it_cannot_be_told():
    late = added(rows(0), "EndDate", [f"2025-03-{day:02d} 10:00:00" for day in range(10, 18)])
    early = ["AN12K", "Always", "Always", "Always", "9", "2025-03-09 10:00:00"]
    assert scores(Study(files([*late, early])))[0][:2] == (5 + 1 + 5, 9)
    assert keys(Study(files([*late, [*early[:-1], "2025-99-99"]]))) == ["dates: before"]
    unclear = added(rows(0), "EndDate", ["05/03/2025 10:00", *["07/07/2025 10:00"] * 7])
    made = files([*unclear, [*early[:-1], "03/04/2025 10:00"]])  # 4 March or 3 April, against 3 May or 5 March
    assert keys(Study(made)) == ["dates: before"]
    assert scores(Study(made, {"dates: before": "by row"}))[0][0] == 2 + (6 - 4) + 1
    assert scores(Study(made, {"dates: before": "by date"}))[0][0] == 11
    swapped = [added(rows(0), "EndDate", ["2025-06-01"] * 8), added(rows(1), "EndDate", ["2025-03-01"] * 8)]
    assert keys(Study(files(*swapped))) == ["surveys"]
    right(Study(files(*swapped), {"surveys": "before.csv → after.csv"}))


def test_an_empty_max_skipped_is_asked_about_only_where_it_matters():
    open_ended = INSTRUMENTS.replace("listening,1", "listening,")
    right(Study(files(instruments=open_ended)))
    gap = files(change(rows(0), 1, "m1", ""), instruments=open_ended)
    assert keys(Study(gap)) == ["skipped: listen"]
    assert scores(Study(gap, {"skipped: listen": "0"}))[0][0] is None


def test_rows_of_the_first_survey_in_the_second_are_no_second_answers():
    assert "are the same" in Study(files(after=[rows(0)[0], *rows(0)[:0:-1]])).open[0].title
    both = files(after=[*rows(0), *rows(1)[1:]])  # a form used twice, and exported with all its answers
    assert keys(Study(both)) == ["again"]
    right(Study(both, {"again": "leave out"}))
    sheets = files(False, False, **{"study.xlsx": workbook(Pre=rows(0), Post=[*rows(0), *rows(1)[1:]])})
    assert keys(Study(sheets)) == ["again"]


def test_an_item_of_two_instruments_is_asked_about_and_recoded_once():
    described = INSTRUMENTS + f"two,Two of them,1,5,{'; '.join(LABELS)},x,0\n"
    items = DESCRIPTION + "m1,two,I ask first.,no\nm3,two,I sum up.,no\n"
    made = files(*(qualtrics(wave, label=lambda n: str(6 - n)) for wave in (0, 1)), described, items)
    assert keys(Study(made)) == ["numbers: listen"]
    study = Study(made, {"numbers: listen": "turned"})
    right(study)
    assert study.scores["two_after"].sort_index().tolist() == [w[1][0] + w[1][2] for _, w in sorted(PEOPLE.items())]
    assert len(Study(files(change(rows(0), 1, "m1", "N/A"), None, described, items)).open) == 1


def test_an_item_in_neither_survey_may_be_left_out():
    without = [[[cell for cell, name in zip(row, table[0]) if name != "m2"] for row in table] for table in (rows(0), rows(1))]
    study = Study(files(*without), dict.fromkeys(("column: m2, before", "column: m2, after"), "leave out"))
    assert study.scores["listen_before"].tolist() == [w[0][0] + w[0][2] for _, w in sorted(PEOPLE.items())]


@pytest.mark.parametrize("start", [0, 2])
def test_numbers_beside_the_scale_are_one_question(start):
    made = files(*(rows(wave, label=lambda n: str(n - 1 + start)) for wave in (0, 1)))
    assert keys(Study(made)) == ["shift: listen"]
    right(Study(made, {"shift: listen": "next to it"}))
    assert keys(Study(made, {"shift: listen": "as described"})) == [f"cell: listen: {0 if start == 0 else 6}"]


@pytest.mark.parametrize(
    "form, high, times",
    [("{}%", 100, 1), ("{} %", 1, 0.01), ("{}.00 / 10", 10, 1), ("1 20{}", 9999, None), ("1'20{}", 9999, None), ("1,20{}.0", 9999, None)],
)  # fmt: skip
def test_numbers_as_other_countries_and_platforms_write_them(form, high, times):
    people = {code: tuple((*wave[:3], wave[3] % 10) for wave in waves) for code, waves in PEOPLE.items()}
    made = [[[*row[:4], form.format(row[4])] if place else row for place, row in enumerate(rows(w, people))] for w in (0, 1)]
    study = Study(files(*made, INSTRUMENTS.replace("0,10,", f"0,{high},")))
    by_hand = [times * w[0][3] if times else 1200 + w[0][3] for _, w in sorted(people.items())]
    assert study.scores["rate_before"].astype(float).tolist() == pytest.approx(by_hand)


@pytest.mark.parametrize("form", ["1,20{}", "1.20{}"])
def test_whether_a_sign_marks_thousands_is_asked(form):
    people = {code: tuple((*wave[:3], wave[3] % 10) for wave in waves) for code, waves in PEOPLE.items()}
    made = [[[*row[:4], form.format(row[4])] if place else row for place, row in enumerate(rows(w, people))] for w in (0, 1)]
    described = INSTRUMENTS.replace("0,10,", "0,5000,")
    assert keys(Study(files(*made, described))) == ["thousands: rate"]
    study = Study(files(*made, described), {"thousands: rate": "thousands"})
    assert study.scores["rate_before"].tolist() == [1200 + w[0][3] for _, w in sorted(people.items())]
    study = Study(files(*made, INSTRUMENTS.replace("0,10,", "0,100,")))
    assert study.scores["rate_before"].astype(float).tolist() == [(1200 + w[0][3]) / 1000 for _, w in sorted(people.items())]


def test_a_workbook_is_read_as_it_is_seen():
    def packed(book):
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    people = {f"{place * 7:04d}": waves for place, waves in enumerate(PEOPLE.values())}
    book = openpyxl.load_workbook(io.BytesIO(workbook(Answers=rows(1, people))))
    for row in book["Answers"].iter_rows(min_row=2):
        row[0].value, row[0].number_format = int(row[0].value), "0000"
        row[4].value, row[4].number_format = row[4].value / 100, "0%"
    book.create_sheet("old").append(["code", "m1"])
    book["old"].append(["0007", "Never"])
    book["old"].sheet_state = "hidden"
    study = Study(files(rows(0, people), packed(book), INSTRUMENTS.replace("0,10,", "0,100,")))
    right(study, people)
    assert any("hidden sheets not read: old" in note for note in study.notes)
    book["Answers"]["E2"] = "=1+1"
    assert "such as E2, hold formulas without their results" in Study(files(after=packed(book))).open[0].title
    right(Study(files(False, False, **{"s.xlsx": workbook(Pre=rows(0), Post=rows(1), Notes=[["from the ward"]])})))


def test_codes_that_look_like_what_a_spreadsheet_makes():
    typed = {("7E14" if code == "AN12K" else code): waves for code, waves in PEOPLE.items()}
    right(Study(files(rows(0, typed), rows(1, typed))), typed)
    numbered = {str(120 + place): waves for place, waves in enumerate(PEOPLE.values())}
    floats = {f"{code}.0": waves for code, waves in numbered.items()}
    right(Study(files([*rows(0, floats), ["n/a", *LABELS[:3], "5"]], rows(1, numbered))), numbered)
    assert keys(Study(files(change(rows(0), 1, "code", "2012-03-01 00:00:00")))) == ["code: shortened, before"]


def test_a_column_of_time_in_several_spellings_and_a_file_called_scores():
    body = [[row[0], time, *row[1:]] for wave, times in ((0, ("Pre", "pre ")), (1, ("Post", "POST"))) for row, time in zip(rows(wave)[1:], times * 4)]  # fmt: skip
    right(Study(files([["code", "time", *ITEMS, "r"], *body], False)))
    study = Study(files([["code", "time", *ITEMS, "r"], *body, ["ZZ99", "", *LABELS[:3], "4"]], False))
    assert any("1 row with an empty cell in “time” left out" in note for note in study.notes)
    table = [["code", "pre_total", "post_total"], *([code, str(w[0][3]), str(w[1][3])] for code, w in PEOPLE.items())]
    assert keys(Study({"scores.csv": text(table).encode()})) == ["code"]


def redcap(*own):
    """One long REDCap file; ``own`` are functions that spoil a row, given its event."""
    head = ["record_id", "redcap_event_name", "code", "age", "about_complete", *ITEMS, "r", "survey_complete"]
    table = [head]
    for wave, event in ((0, "baseline_arm_1"), (1, "post_arm_1")):
        for number, (code, waves) in enumerate(PEOPLE.items(), 1):
            table.append([str(number), event, code, "", "", *map(str, waves[wave]), "2"])
    for spoil in own:
        table = [head, *(spoil(list(row)) for row in table[1:])]
    return table


def test_redcap_forms_count_by_their_own_state():
    right(Study(files(redcap(lambda row: [*row[:4], "0", *row[5:]]), False)))  # another form is not complete
    long = redcap()
    empty = [[*row[:3], "33", "2", "", "", "", "", ""] for row in long[1:9]]  # rows of another form, of the same people
    right(Study(files([long[0], *empty, *long[1:]], False)))
    no_code = redcap(lambda row: [*row[:2], row[2] if "base" in row[1] else "", *row[3:]])
    made = files(no_code, False)
    assert keys(Study(made)) == ["code: before", "code: after"]
    study = Study(made, dict.fromkeys(keys(Study(made)), "record_id"))
    assert study.scores["rate_after"].tolist() == [w[1][3] for w in PEOPLE.values()]
    labels = [[*row, "Complete?" if not place else "Complete"] for place, row in enumerate(rows(0))]
    right(Study(files([labels[0], ["AN12K", "Always", "", "", "9", "Incomplete"], *labels[1:]])))
    repeated = redcap(lambda row: [row[0], "1" if "base" in row[1] else "2", *row[2:]])
    repeated[0][1] = "redcap_repeat_instance"
    right(Study(files(repeated, False), {"surveys": "1 → 2"}))


def test_previews_in_other_languages_and_questions_with_markup():
    preview = ["2025-03-01 08:00:00"] * 2 + ["Umfragevorschau", "True", "test", *LABELS[:3], "5"]
    later = ["2025-04-01 08:00:00", *preview[1:]]
    study = Study(files([*qualtrics(0, status="IP-Adresse"), preview], [*qualtrics(1, status="IP-Adresse"), later]))
    right(study)
    marked = [f"<strong>{text}</strong>&nbsp;" for text in ITEMS.values()]
    right(Study(files(qualtrics(0, texts=marked), qualtrics(1))))


def test_one_item_with_numbers_among_items_with_labels_is_asked_about():
    before = [[row[0], str(6 - LABELS.index(row[1]) - 1), *row[2:]] if place else row for place, row in enumerate(rows(0))]
    assert keys(Study(files(before))) == ["numbers: listen, some"]
    right(Study(files(before), {"numbers: listen, some": "turned"}))


def test_a_wide_file_needs_no_code_and_compares_no_column_with_itself():
    names = [*ITEMS, "r"]
    table = [["Start Date", "End Date", *(f"{name} [{when} the course]" for name in names for when in ("Before", "After"))]]
    table += [["1/2/2025", "2/2/2025", *(cell for pair in zip(one[1:], two[1:]) for cell in pair)] for one, two in zip(rows(0)[1:], rows(1)[1:])]  # fmt: skip
    made = files(table, False)
    assert keys(Study(made)) == ["code: before", "code: after"]
    study = Study(made, dict.fromkeys(keys(Study(made)), "(row)"))
    assert study.scores["rate_after"].tolist() == [waves[1][3] for waves in PEOPLE.values()]
    draft = Study({"retrospective.csv": made["before.csv"]})
    assert keys(draft) == ["columns"] and any("each row taken as one person" in note for note in draft.notes)
    once = [[cell for cell, name in zip(row, table[0]) if name != "m1 [After the course]"] for row in table]
    assert {"column: m1 [Before the course], before"} <= set(keys(Study(files(once, False, items=DESCRIPTION.replace("m1,", "m1 [Before the course],")),
                                                                   dict.fromkeys(("code: before", "code: after"), "(row)"))))  # fmt: skip
    single = [
        ["Start Date", "End Date", *line] if not place else ["1/2/2025", "2/2/2025", *line]
        for place, line in enumerate(rows(0))
    ]
    assert keys(Study({"answers.csv": text(single).encode()})) == ["file: one"]


def test_labels_with_semicolons_numbers_or_a_semicolon_at_the_end():
    labels = ["Never; not once", "Rarely", "Sometimes", "Often", "Always; each time"]
    made = [rows(wave, label=lambda n: labels[n - 1]) for wave in (0, 1)]
    described = INSTRUMENTS.replace("; ".join(LABELS), '"Never, not once; Rarely; Sometimes; Often; Always, each time;"')
    right(Study(files(*made, described)))
    draft = Study(
        {"pre.csv": text(made[0]).encode(), "post.csv": text(made[1]).encode()}, {"code": "yes", "columns": "1; 2; 3"}
    )
    assert "Never, not once" in draft.asked["order: 1"].advice
    times = INSTRUMENTS.replace("; ".join(LABELS), "0 times; 1 time; 2 times; 3 times; 4 times")
    few = {code: tuple((*(min(4, max(2, n)) for n in w[:3]), w[3]) for w in waves) for code, waves in PEOPLE.items()}
    counted = files(
        *(rows(wave, few, lambda n: str(n - 1)) for wave in (0, 1)), times
    )  # 1 to 3: times, or places of the labels?
    assert keys(Study(counted)) == ["shift: listen"]
    right(Study(counted, {"shift: listen": "next to it"}), few)


@pytest.mark.parametrize(
    "form", ["{}/14/2025 10:00", "{}/14/2025 10:00:00 AM", "2025/{:02d}/14 10:00:00 AM GMT+1", "14.{:02d}.2025 10:00"]
)
def test_dates_of_many_countries_tell_which_survey_was_first(form):
    made = [added(rows(wave), "End Date", [form.format(month)] * 8) for wave, month in ((0, 6), (1, 3))]
    assert keys(Study(files(*made))) == ["surveys"]
    made = [added(rows(wave), "End Date", [form.format(month)] * 8) for wave, month in ((0, 3), (1, 6))]
    right(Study(files(*made)))


def test_an_export_may_be_called_answers_and_an_instrument_may_have_too_few_pairs(tmp_path):
    assert keys(Study({"answers.csv": text(rows(0)).encode()})) == ["file: one"]
    after = [[*row[:4], ""] if 0 < place < 5 else row for place, row in enumerate(rows(1))]
    for name, content in files(after=after).items():
        (tmp_path / name).write_bytes(content)
    command = [sys.executable, "-m", "prepost", str(tmp_path), str(tmp_path / "out")]
    ran = subprocess.run(command, env={"PYTHONPATH": str(ROOT / "chapters")}, capture_output=True, text=True)
    assert ran.returncode == 0 and "Rating: 4 people have both scores" in ran.stdout, ran.stderr
    assert list(pd.read_csv(tmp_path / "out" / "results.csv")["instrument"]) == ["listen"]


# --- what is refused, with its place ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "made, said",
    [
        (text(rows(0)).replace("AN12K", '"AN12K'), "row 2: a quotation mark"),
        (text(added(rows(0), "x", ["a"] * 8)).replace(",a\n", ',"a\n', 1), "row 2: a quotation mark"),
        (text(added(rows(0), "x", ["a"] * 8)).replace(",a\n", ',"a\n', 3), "row 2: a quotation mark"),
        (text(rows(0)).replace("\nBE34L,", "\nBE34L,x,"), "row 3: 6 cells, but the header has 5"),
        (b"", "is empty"),
        (b"code,m1\n", "no row below its header"),
        (b"$FL2@(#) SPSS DATA FILE", "an SPSS file"),
        (b"PK\x03\x04 not an archive", "damaged workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel 2003"),
        (b"<!DOCTYPE html><p>Sign in", "a web page"),
        (b"%PDF-1.7", "a PDF"),
    ],
)
def test_files_that_cannot_be_read_with_certainty(made, said):
    study = Study(files(made))
    assert said in study.open[0].title and study.open[0].title.startswith("before.csv") and study.scores is None


def test_quotation_marks_within_quotation_marks_are_read():
    for typed in ('"I said ""yes"""', '"I said \\"yes\\""', '"two\nlines"'):
        before = text(added(rows(0), "x", ["a"] * 8)).replace(",a\n", f",{typed}\n", 1)
        right(Study(files(before)))


def test_the_same_file_twice():
    assert "are the same" in Study(files(after=rows(0))).open[0].title


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("1,5,", "1,6,", "5 labels for the answers 1 to 6"),
        ("1,5,", "5,1,", "highest is 1, lowest 5"),
        ("1,5,", "one,5,", "“one” in column lowest"),
        ("Rarely", "Never", "two labels that are the same"),
        ("; ".join(LABELS), "0; 1; 2; 3; 4", "the label “0” stands for the number 1"),
        ("listening,1", "listening,99", "max_skipped is 99"),
        ("listening,1", "listening,few", "“few” in column max_skipped"),
        ("Rating", "Listening", "two instruments are called “Listening”"),
        ("rate,Rating", "listen,Rating", "“listen” again"),
        ("lowest", "least", "there is no column “lowest”"),
    ],
)
def test_what_is_wrong_with_the_instruments(old, new, said):
    study = Study(files(instruments=INSTRUMENTS.replace(old, new)))
    assert said in " ".join(question.title for question in study.open) and study.scores is None


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("m1,listen", "m1,listn", "“listn” is no instrument"),
        (".,yes", ".,perhaps", "“perhaps” in column reversed"),
        ("m2,listen", "m1,listen", "“m1” again"),
        ("m2,listen", ",listen", "an item without a column"),
        ("r,rate,How sure are you?,no\n", "", "no item belongs to “rate”"),
    ],
)
def test_what_is_wrong_with_the_items(old, new, said):
    study = Study(files(items=DESCRIPTION.replace(old, new)))
    assert said in " ".join(question.title for question in study.open) and study.scores is None


def test_nobody_in_both_surveys_and_no_export_at_all():
    others = {f"X{code}": waves for code, waves in PEOPLE.items()}
    far = {code[::-1] + "99": waves for code, waves in PEOPLE.items()}
    assert keys(Study(files(rows(0), rows(1, far)))) == ["people: none"]
    assert Study(files(rows(0), rows(1, others))).scores is None
    assert keys(Study({})) == ["file: none"]
    cut = change(rows(0), 1, "code", "1.23E+15")
    assert "code: shortened, before" in keys(Study(files(cut)))


# --- a description drafted --------------------------------------------------------------------------------


def test_a_study_without_a_description_is_asked_for_one_and_gives_the_same():
    made = {name: content for name, content in files().items() if name in ("before.csv", "after.csv")}
    answers = {}
    for _ in range(10):
        study = Study(made, answers)
        if not study.open:
            break
        answers |= {question.key: "yes" if question.proposal else next(iter(question.choices)) for question in study.open}
        answers = {
            key: "1; 2; 3; 4" if key == "columns" else answer for key, answer in answers.items()
        }  # a bare "r" is not proposed
        answers = {key: "2" if key.startswith("reversed") else answer for key, answer in answers.items()}
        answers = {key: "0 to 10" if key.startswith("range") else answer for key, answer in answers.items()}
    assert set(answers) == {"code", "columns", "order: 1", "range: 2", "groups: 1", "reversed: 1"}
    assert study.asked["order: 1"].proposal == "; ".join(LABELS) and study.asked["reversed: 1"].proposal == "2"
    study.scores.columns = [name.replace("score_1", "listen").replace("r_", "rate_") for name in study.scores]
    right(study)


def test_an_order_that_is_not_known_is_not_proposed():
    odd = dict(zip(LABELS, ["Blue", "Amber", "Lilac", "Grey", "Red"]))
    made = {name: content.decode() for name, content in files().items() if name in ("before.csv", "after.csv")}
    for label, other in odd.items():
        made = {name: text.replace(label, other) for name, text in made.items()}
    study = Study({name: text.encode() for name, text in made.items()}, {"code": "yes", "columns": "1; 2; 3"})
    question = study.asked["order: 1"]
    assert not question.proposal and "To copy and put in order: Amber; Blue; Grey; Lilac; Red" in question.advice
    one = {
        name: text.replace("Lilac", "Sometimes").replace("Grey", "Often").replace("Blue", "Never")
        for name, text in made.items()
    }
    study = Study({name: text.encode() for name, text in one.items()}, {"code": "yes", "columns": "1; 2; 3"})
    assert not study.asked["order: 1"].proposal  # a scale that is known but for one answer is not known


def test_answers_that_are_none_of_the_choices_are_not_taken():
    made = {name: content for name, content in files().items() if name in ("before.csv", "after.csv")}
    study = Study(made, {"code": "nonsense"})
    assert keys(study) == ["code"] and "none of the choices" in str(study.open[0])
    draft = {"code": "yes", "columns": "1; 2; 3"}
    for answer in ("1", "Never; never", "5"):
        assert "order: 1" in keys(Study(made, draft | {"order: 1": answer}))
    for answer in ("0-3", "7", "x"):
        assert "groups: 1" in keys(Study(made, draft | {"order: 1": "yes", "groups: 1": answer}))
    split = Study(made, draft | {"order: 1": "yes", "groups: 1": "1, 3; 2"})
    assert keys(split) == ["reversed: 1.1"]


def test_a_workbook_given_back_is_the_same_study():
    for given_back in (files(), {name: content for name, content in files().items() if name in ("before.csv", "after.csv")}):
        answers = {
            "code": "yes",
            "columns": "yes",
            "order: 1": "yes",
            "range: 2": "0 to 10",
            "groups: 1": "yes",
            "reversed: 1": "2",
        }
        study = Study(given_back, answers)
        again = Study({"study.xlsx": page.workbook(study)})
        pd.testing.assert_frame_equal(study.scores, again.scores)
        pd.testing.assert_frame_equal(study.flow, again.flow)


def test_a_workbook_given_back_needs_no_answer_twice():
    three = files(False, False, **{f"{name}.csv": rows(wave) for name, wave in (("june", 0), ("july", 1), ("may", 1))})
    three["may.csv"] = three["may.csv"].replace(b"Often", b"Always")
    spam = [[*row[:2], "Spam", *row[3:]] if place == 10 else row for place, row in enumerate(qualtrics(0))]
    for made, answers in ((three, {"surveys": "june.csv → july.csv"}), (files(spam, qualtrics(1)), {"spam: before": "keep"})):
        study = Study(made, answers)
        right(study)
        right(Study({"study.xlsx": page.workbook(study)}))


def test_what_is_written_opens_and_says_the_same(tmp_path):
    docx = pytest.importorskip("docx")
    made = files()
    study = Study(made)
    written = page.downloads(made, {}, page.pictures(study))
    table = pd.read_csv(io.BytesIO(written["results.csv"]))
    assert {"instrument", "pairs", "higher", "same", "lower", "estimate", "low", "high", "p", "p_holm", "r"} <= set(table)
    by_hand = [truth()[code][2] - truth()[code][0] for code in PEOPLE]
    assert table.loc[0, ["pairs", "higher", "same", "lower"]].tolist() == [8, *(sum(f(d) for d in by_hand) for f in
        (lambda d: d > 0, lambda d: d == 0, lambda d: d < 0))]  # fmt: skip
    document = docx.Document(io.BytesIO(written["report.docx"]))  # the reader is python-docx
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    printed = prepost.results_table(study.scores, study.instruments)
    assert prepost.results_paragraph(printed, "Listening") in words
    assert [cell.text for cell in document.tables[0].rows[1].cells] == ["pairs", "8", "8"]
    assert len(document.inline_shapes) == 2
    for name, content in {**made, "repeat.ipynb": written["repeat.ipynb"]}.items():
        (tmp_path / name).write_bytes(content)
    code = "\n".join(
        "".join(cell["source"]) for cell in json.loads(written["repeat.ipynb"])["cells"] if cell["cell_type"] == "code"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(ROOT / "chapters")}, capture_output=True, text=True
    )
    assert prepost.results_paragraph(printed, "Rating") in ran.stdout, ran.stderr


def test_step_is_plain_json_and_results_wait_for_the_last_question():
    asked = page.step(files(change(rows(0), 1, "m1", "N/A")), {})
    assert asked["results"] is None and [question["open"] for question in asked["questions"]] == [True]
    found = page.step(files(change(rows(0), 1, "m1", "N/A")), {"cell: listen: n/a": "missing"})
    json.dumps(found)
    assert found["results"]["figure"] and "Listening" in found["results"]["table"] and not found["results"]["warnings"]
    few = {code: waves for code, waves in list(PEOPLE.items())[:5]}
    found = page.step(files(rows(0, few), rows(1, few)), {})
    assert len(found["results"]["warnings"]) == 2 and found["results"]["table"] == ""


def test_make_results_ends_with_1_and_the_questions_or_with_0_and_the_files(tmp_path):
    def run(study, out):
        command = [sys.executable, "-m", "prepost", str(study), str(out)]
        return subprocess.run(command, env={"PYTHONPATH": str(ROOT / "chapters")}, capture_output=True, text=True)

    folder = tmp_path / "study"
    folder.mkdir()
    for name, content in files(change(rows(0), 1, "m1", "N/A")).items():
        (folder / name).write_bytes(content)
    first = run(folder, tmp_path / "out")
    assert first.returncode == 1 and "1 cell of “Listening” says “N/A”" in first.stdout and "Traceback" not in first.stderr
    book = openpyxl.load_workbook(tmp_path / "out" / "study.xlsx")
    book["answers"]["B3"] = "missing"
    book.save(tmp_path / "mine.xlsx")
    second = run(tmp_path / "mine.xlsx", tmp_path / "out")
    assert second.returncode == 0, second.stdout + second.stderr
    assert {"results.csv", "report.docx", "figure.png", "flow.png"} <= {path.name for path in (tmp_path / "out").iterdir()}
    assert run(tmp_path / "nowhere", tmp_path / "out").returncode == 1


# --- whatever comes ---------------------------------------------------------------------------------------

CODES = st.text(string.ascii_uppercase + string.digits, min_size=4, max_size=6).filter(
    lambda code: not code.isdigit() and any(map(str.isdigit, code))
)
ANSWERS = st.tuples(*[st.integers(1, 5)] * 3, st.integers(0, 10))
STUDIES = st.dictionaries(CODES, st.tuples(ANSWERS, ANSWERS), min_size=1, max_size=12)
BENIGN = {  # each leaves the meaning
    "case": lambda made, draw: made.replace("Often", "OFTEN"),
    "blanks": lambda made, draw: made.replace("Never", " Never\u00a0"),
    "titles": lambda made, draw: "Listening 2025\n" + made,
    "empty": lambda made, draw: made + "\n\n",
    "columns": lambda made, draw: "\n".join(line + ",,," for line in made.splitlines()),
}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(people=STUDIES, how=st.sets(st.sampled_from(sorted(BENIGN))), separator=st.sampled_from(",;\t"), seed=st.integers(0, 99))
def test_any_accepted_study_is_what_the_reference_makes_of_it(people, how, separator, seed):
    made = []
    for wave in (0, 1):
        header, *body = rows(wave, people)
        random.Random(seed + wave).shuffle(body)
        table = text([header, *body])
        for name in sorted(how):
            table = BENIGN[name](table, seed)
        made.append(table.replace(",", separator))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        study = Study(files(*made))
    if study.scores is None:  # only what is really open may be asked
        assert all(
            key.startswith(("twice", "near", "range", "numbers", "file: same", "code: shortened")) for key in keys(study)
        ), keys(study)
    else:
        right(study, people)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.data())
def test_no_file_however_damaged_is_more_than_a_question(data):
    made = files()
    name = data.draw(st.sampled_from(sorted(made)))
    content = bytearray(made[name])
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(
            st.sampled_from([b"", b"\x00", b'"', b"\n", b",", b";", b"\xff", b"\xc3\xb6", b"1", b"\t", b"'", b"-", b"NA", b"{"])
        )
        content[place : place + data.draw(st.integers(0, 3))] = piece
        if not content:
            break
    study = Study({**made, name: bytes(content)})
    assert study.open or study.scores is not None
    str(study.problems)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=5), min_size=1, max_size=9),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
def test_drafting_from_any_table_ends_in_questions_or_scores(table, encoding):
    made = text(table).encode(encoding, "replace")
    try:
        sheets(made)
    except Unreadable:
        pass
    study = Study({"before.csv": made, "after.csv": made + b"\n" + made})
    assert study.open or study.scores is not None
