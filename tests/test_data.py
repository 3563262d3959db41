"""The files in data/ against the codebook, their program and a scoring by hand, whatever the study: this one's own claims
are in claims/test_cohort.py.

Oracles: frictionless for the Data Package, plain Python loops for cleaning and scoring.
"""

import csv
import json
import re
import shutil
import subprocess
import sys
from datetime import datetime

import pandas as pd
import prepost
import pytest
from frictionless import Package
from prepost import exports

DATA = prepost.DATA
INSTRUMENTS, ITEMS = prepost.load("instruments"), prepost.load("items")
MEASURES = list(INSTRUMENTS.index)


def rows(file):
    """Every row of a table as {column: text}; of an export, without a second and third header row."""
    with open(DATA / file, newline="", encoding="utf-8-sig") as lines:
        table = list(csv.DictReader(lines))
    three = file.startswith("raw/") and all("ImportId" in cell for cell in table[1].values())
    return table[2:] if three else table


# --- the raw exports ------------------------------------------------------------------------------


def cleaned_code(row):
    return "".join(row["code"].split()).upper()


BEFORE, AFTER = rows("raw/before.csv"), rows("raw/after.csv")
CODES_BEFORE, CODES_AFTER = [cleaned_code(row) for row in BEFORE], [cleaned_code(row) for row in AFTER]


def coded(cell, instrument):
    """An answer as a number in a text: exports hold labels, or these numbers."""
    rule = INSTRUMENTS.loc[instrument]
    labels = rule["labels"].split("; ")
    return str(rule["lowest"] + labels.index(cell)) if cell in labels else cell


def is_finished(row):
    return row["Finished"] == "True" if "Finished" in row else any(row[item] for item in ITEMS.index)


def test_answers_in_the_exports_are_labels_or_numbers_of_their_instrument():
    for row in BEFORE + AFTER:
        for item, instrument in ITEMS["instrument"].items():
            numbers = range(INSTRUMENTS.loc[instrument, "lowest"], INSTRUMENTS.loc[instrument, "highest"] + 1)
            assert coded(row[item], instrument) in ["", *map(str, numbers)], (row["code"], item)


def test_cleaning_the_exports_by_hand_gives_the_responses():
    """Plain loops: finished surveys, first submission of each code, after only with before, labels to numbers.

    People without an after may be in the responses, as in this book's, or not.
    """
    first = {}
    for wave, submissions in (("before", BEFORE), ("after", AFTER)):
        times = [name for name in submissions[0] if name.casefold() in exports.DATES]
        for row in sorted(submissions, key=lambda row: [row[name] for name in times[:1]]):
            if is_finished(row) and cleaned_code(row):
                first.setdefault((cleaned_code(row), wave), row)
    expected = []
    for number, code in enumerate(sorted(code for code, wave in first if wave == "before"), 1):
        for wave in ("before", "after"):
            if (code, wave) in first:
                clean = {"person": f"P{number:02d}", "wave": wave}
                for item, instrument in ITEMS["instrument"].items():
                    clean[item] = coded(first[code, wave][item], instrument)
                expected.append(clean)
    kept = {row["person"] for row in rows("responses.csv")}
    assert kept >= {row["person"] for row in expected if row["wave"] == "after"}
    assert rows("responses.csv") == [row for row in expected if row["person"] in kept]


def test_scoring_the_responses_by_hand_gives_the_scores():
    """Plain loops: turn reversed items round, a gap counts as the mean of the others, round half up."""
    expected = {}
    for row in rows("responses.csv"):
        for measure, rule in INSTRUMENTS.iterrows():
            own = [item for item in ITEMS.index if ITEMS.loc[item, "instrument"] == measure]
            total, answered = 0, 0
            for item in own:
                if row[item]:
                    answer = int(row[item])
                    turned = ITEMS.loc[item, "reversed"] == "yes"
                    total += rule["lowest"] + rule["highest"] - answer if turned else answer
                    answered += 1
            if len(own) - answered <= rule["max_skipped"]:
                # half up in whole numbers: floor(x + 1/2) with x = total * len(own) / answered
                score = (2 * total * len(own) + answered) // (2 * answered)
                expected[row["person"], f"{measure}_{row['wave']}"] = str(score)
    columns = [f"{measure}_{wave}" for measure in MEASURES for wave in ("before", "after")]
    for row in rows("scores.csv"):
        assert [row[column] for column in columns] == [expected.get((row["person"], column), "") for column in columns]


# --- errors of score and load ---------------------------------------------------------------------


def small_study():
    instruments = pd.DataFrame({"lowest": 1, "highest": 4, "max_skipped": 1}, index=["mood"])
    items = pd.DataFrame({"instrument": "mood", "reversed": ["no", "yes", "no"]}, index=["mood_1", "mood_2", "mood_3"])
    return instruments, items


def test_scores_of_gaps_are_rounded_half_up_and_missing_if_there_are_too_many():
    """By hand: 2 and 4 with a gap make 6 * 3 / 2 = 9; 2 and 3 make 7.5, so 8; two gaps are too many."""
    answers = pd.DataFrame({"mood_1": [2, 2, 2], "mood_2": [1, 2, None], "mood_3": None}, index=["A", "B", "C"])
    assert prepost.score(answers, *small_study())["mood"].fillna(-1).to_dict() == {"A": 9, "B": 8, "C": -1}


def test_score_says_which_answer_of_whom_is_out_of_range():
    people = pd.MultiIndex.from_tuples([("P01", "before"), ("P01", "after")])
    answers = pd.DataFrame({"mood_1": [1, 2], "mood_2": [1, 7], "mood_3": [1, 1]}, index=people)
    with pytest.raises(ValueError, match=r"mood_2 of \('P01', 'after'\) is 7, but mood goes from 1 to 4"):
        prepost.score(answers, *small_study())


def test_score_says_which_items_have_no_column():
    with pytest.raises(ValueError, match="No column for mood_2, mood_3 of mood"):
        prepost.score(pd.DataFrame({"mood_1": [1]}), *small_study())


def test_load_lists_the_tables_that_there_are():
    with pytest.raises(FileNotFoundError, match="no table 'score' .* There is: .*responses, scores"):
        prepost.load("score")


# --- the program that makes the tables ------------------------------------------------------------


def test_making_the_tables_again_changes_no_byte(tmp_path):
    """By generate.py, which makes the exports too, where the study is synthetic."""
    copy = shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(DATA.parent / "chapters" / "prepost", tmp_path / "chapters" / "prepost")
    exports = ["raw/before.csv", "raw/after.csv"] if (DATA / "generate.py").exists() else []
    for file in [*exports, "responses.csv", "scores.csv"]:
        (copy / file).unlink()
    package = json.loads((copy / "datapackage.json").read_text(encoding="utf-8"))
    (copy / "datapackage.json").write_text(json.dumps(package | {"resources": []}), encoding="utf-8")
    subprocess.run([sys.executable, copy / ("generate.py" if exports else "tables.py")], check=True, capture_output=True)
    for file in [*exports, "responses.csv", "scores.csv", "codebook.csv", "datapackage.json"]:
        assert (copy / file).read_bytes() == (DATA / file).read_bytes(), file


# --- the codebook and the Data Package ----------------------------------------------------------------

CODEBOOK = rows("codebook.csv")
TABLES = sorted(path.relative_to(DATA).as_posix() for path in [*DATA.glob("*.csv"), *DATA.glob("raw/*.csv")])

# what the codebook's column "values" may say besides "0 to 40", "P01 to P38" and a list such as "yes, no"
VALUES = {
    "": lambda cell: True,
    "as in instruments.csv": lambda cell: cell in MEASURES,
    "0 or more": lambda cell: int(cell) >= 0,
}
TYPES = {
    "string": str,
    "integer": int,
    "number": float,
    "datetime": datetime.fromisoformat,
    "boolean": {"True": True, "False": False}.__getitem__,
}


def is_stated(values, cell):
    between = re.fullmatch(r"(P?)(\d+) to \1(\d+)", values)
    if between:
        return cell.startswith(between[1]) and int(between[2]) <= float(cell[len(between[1]) :]) <= int(between[3])
    return VALUES[values](cell) if values in VALUES else cell in values.split(", ")


def test_is_stated_tells_what_the_codebook_states_from_what_it_does_not():
    for values, cell in [("0 to 40", "40"), ("P01 to P38", "P38"), ("yes, no", "no"), ("0 or more", "0"), ("", "x")]:
        assert is_stated(values, cell)
    for values, cell in [("0 to 40", "41"), ("P01 to P38", "P39"), ("yes, no", "maybe"), ("0 or more", "-1")]:
        assert not is_stated(values, cell)


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_in_the_codebook_or_an_item_and_no_entry_lacks_a_column(table):
    columns = list(rows(table)[0])
    described = [entry["variable"] for entry in CODEBOOK if entry["table"] == table]
    with_items = table.startswith("raw/") or table == "responses.csv"
    assert sorted(columns) == sorted(described + (list(ITEMS.index) if with_items else []))


def test_codebook_describes_no_table_that_does_not_exist():
    assert sorted({entry["table"] for entry in CODEBOOK}) == TABLES, "the rows of codebook.csv against the files in data/"


@pytest.mark.parametrize("entry", CODEBOOK, ids=lambda entry: f"{entry['table']}: {entry['variable']}")
def test_every_value_is_as_the_codebook_states(entry):
    assert entry["label"]
    cells = [row[entry["variable"]] for row in rows(entry["table"])]
    # the codebook's own cells may be empty where there is nothing to say
    may_be_empty = entry["missing"].startswith("empty") or entry["table"] == "codebook.csv"
    assert may_be_empty or "" not in cells
    for cell in filter(None, cells):
        TYPES[entry["type"]](cell)
        if entry["variable"] != "code":  # people type it by hand; its form is said in words
            assert is_stated(entry["values"], cell), cell


@pytest.mark.parametrize("measure", MEASURES)
def test_codebook_states_the_range_and_the_number_of_items_of_each_score(measure):
    rule, k = INSTRUMENTS.loc[measure], sum(ITEMS["instrument"] == measure)
    for entry in CODEBOOK:
        if entry["variable"] in (f"{measure}_before", f"{measure}_after"):
            assert entry["values"] == f"{rule['lowest'] * k} to {rule['highest'] * k}"
            scoring = "The item itself" if k == 1 else f"Sum of {k} items"
            assert f"{scoring}; higher means {rule['higher_means']}".startswith(entry["scoring"])


def test_coded_answers_are_whole_numbers_in_their_instruments_range():
    for row in rows("responses.csv"):
        for item, instrument in ITEMS["instrument"].items():
            rule = INSTRUMENTS.loc[instrument]
            assert row[item] == "" or rule["lowest"] <= int(row[item]) <= rule["highest"]


def test_people_waves_and_codes_are_unique():
    responses = [(row["person"], row["wave"]) for row in rows("responses.csv")]
    assert len(set(responses)) == len(responses)
    people = [row["person"] for row in rows("scores.csv")]
    assert people == sorted(set(people)) and all(re.fullmatch(r"P\d\d+", person) for person in people)
    assert people == list(dict.fromkeys(person for person, _ in responses))


def test_data_package_is_valid_and_describes_every_table():
    """Oracle: frictionless checks descriptor, columns, types and constraints of every resource."""
    package = Package(str(DATA / "datapackage.json"))
    report = package.validate()
    assert report.valid, report.flatten(["title", "message"])
    assert sorted(resource.path for resource in package.resources) == TABLES
    assert [licence["name"] for licence in package.licenses] == ["CC-BY-4.0"]


FIRST_ITEM = ITEMS.index[0]
DATES = [entry["variable"] for entry in CODEBOOK if (entry["table"], entry["type"]) == ("raw/before.csv", "datetime")]


@pytest.mark.parametrize("column, cell", [(FIRST_ITEM, "no label"), *((date, "yesterday") for date in DATES)])
def test_data_package_tells_a_spoilt_export_from_a_good_one(tmp_path, column, cell):
    """So the descriptor constrains something."""
    copy = shutil.copytree(DATA, tmp_path / "data")
    with open(DATA / "raw/before.csv", newline="", encoding="utf-8-sig") as lines:
        header, *table = csv.reader(lines)
    table[-1][header.index(column)] = cell
    with open(copy / "raw/before.csv", "w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows([header, *table])
    assert not Package(str(copy / "datapackage.json")).validate().valid


def test_readme_of_the_data_names_every_file():
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    for file in [*TABLES, "datapackage.json", *(path.name for path in DATA.glob("*.py"))]:
        assert f"`{file}`" in readme, file
