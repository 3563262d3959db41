"""The files in data/ against the codebook, the generator and a scoring by hand; what the cohort is like: test_cohort.py.

Oracles: frictionless for the Data Package, plain Python loops for cleaning and scoring.
"""

import csv
import re
import shutil
import subprocess
import sys
from datetime import datetime

import pandas as pd
import prepost
import pytest
from frictionless import Package

DATA = prepost.DATA
INSTRUMENTS, ITEMS = prepost.load("instruments"), prepost.load("items")
MEASURES = list(INSTRUMENTS.index)


def rows(file):
    """Every row of a table as {column: text}; of an export, without its second and third header row."""
    with open(DATA / file, newline="", encoding="utf-8") as lines:
        table = list(csv.DictReader(lines))
    return table[2:] if file.startswith("raw/") else table


# --- the raw exports ------------------------------------------------------------------------------


def cleaned_code(row):
    return "".join(row["code"].split()).upper()


BEFORE, AFTER = rows("raw/before.csv"), rows("raw/after.csv")
CODES_BEFORE, CODES_AFTER = [cleaned_code(row) for row in BEFORE], [cleaned_code(row) for row in AFTER]


def test_answers_in_the_exports_are_labels():
    for row in BEFORE + AFTER:
        for item, instrument in ITEMS["instrument"].items():
            assert row[item] in ["", *INSTRUMENTS.loc[instrument, "labels"].split("; ")]


def test_cleaning_the_exports_by_hand_gives_the_responses():
    """Plain loops: finished surveys, first submission of each code, after only with before, labels to numbers."""
    first = {}
    for wave, submissions in (("before", BEFORE), ("after", AFTER)):
        for row in sorted(submissions, key=lambda row: row["EndDate"]):
            if row["Finished"] == "True":
                first.setdefault((cleaned_code(row), wave), row)
    expected = []
    for number, code in enumerate(sorted(code for code, wave in first if wave == "before"), 1):
        for wave in ("before", "after"):
            if (code, wave) in first:
                clean = {"person": f"P{number:02d}", "wave": wave}
                for item, instrument in ITEMS["instrument"].items():
                    labels = INSTRUMENTS.loc[instrument, "labels"].split("; ")
                    answer = first[code, wave][item]
                    clean[item] = str(INSTRUMENTS.loc[instrument, "lowest"] + labels.index(answer)) if answer else ""
                expected.append(clean)
    assert rows("responses.csv") == expected


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


# --- the generator ----------------------------------------------------------------------------------


def test_generating_again_changes_no_byte(tmp_path):
    copy = shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "chapters").mkdir()
    shutil.copy(prepost.__file__, tmp_path / "chapters")
    generated = ["raw/before.csv", "raw/after.csv", "responses.csv", "scores.csv", "datapackage.json"]
    for file in generated:
        (copy / file).unlink()
    subprocess.run([sys.executable, copy / "generate.py"], check=True)
    for file in generated:
        assert (copy / file).read_bytes() == (DATA / file).read_bytes(), file


# --- the codebook and the Data Package ----------------------------------------------------------------

CODEBOOK = rows("codebook.csv")
TABLES = sorted(path.relative_to(DATA).as_posix() for path in [*DATA.glob("*.csv"), *DATA.glob("raw/*.csv")])

# what the codebook's column "values" may say besides "0 to 40", "P01 to P38" and a list such as "yes, no"
VALUES = {
    "": lambda cell: True,
    "two letters, two digits, one letter": lambda cell: re.fullmatch(
        "[A-Z]{2}[0-9]{2}[A-Z]", "".join(cell.split()).upper()
    ),
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


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_in_the_codebook_or_an_item_and_no_entry_lacks_a_column(table):
    columns = list(rows(table)[0])
    described = [entry["variable"] for entry in CODEBOOK if entry["table"] == table]
    with_items = table.startswith("raw/") or table == "responses.csv"
    assert columns == described + (list(ITEMS.index) if with_items else [])


def test_codebook_describes_no_table_that_does_not_exist():
    assert sorted({entry["table"] for entry in CODEBOOK}) == TABLES


@pytest.mark.parametrize("entry", CODEBOOK, ids=lambda entry: f"{entry['table']}: {entry['variable']}")
def test_every_value_is_as_the_codebook_states(entry):
    assert entry["label"]
    cells = [row[entry["variable"]] for row in rows(entry["table"])]
    # the codebook's own cells may be empty where there is nothing to say
    may_be_empty = entry["missing"].startswith("empty") or entry["table"] == "codebook.csv"
    assert may_be_empty or "" not in cells
    for cell in filter(None, cells):
        TYPES[entry["type"]](cell)
        assert is_stated(entry["values"], cell), cell


@pytest.mark.parametrize("measure", MEASURES)
def test_codebook_states_the_range_and_the_number_of_items_of_each_score(measure):
    rule, k = INSTRUMENTS.loc[measure], sum(ITEMS["instrument"] == measure)
    for entry in CODEBOOK:
        if entry["variable"] in (f"{measure}_before", f"{measure}_after"):
            assert entry["values"] == f"{rule['lowest'] * k} to {rule['highest'] * k}"
            assert f"Sum of {k} items; higher means {rule['higher_means']}".startswith(entry["scoring"])


def test_coded_answers_are_whole_numbers_in_their_instruments_range():
    for row in rows("responses.csv"):
        for item, instrument in ITEMS["instrument"].items():
            rule = INSTRUMENTS.loc[instrument]
            assert row[item] == "" or rule["lowest"] <= int(row[item]) <= rule["highest"]


def test_people_waves_and_codes_are_unique():
    responses = [(row["person"], row["wave"]) for row in rows("responses.csv")]
    assert len(set(responses)) == len(responses)
    people = [row["person"] for row in rows("scores.csv")]
    assert people == [f"P{number:02d}" for number in range(1, len(people) + 1)]


def test_data_package_is_valid_and_describes_every_table():
    """Oracle: frictionless checks descriptor, columns, types and constraints of every resource."""
    package = Package(str(DATA / "datapackage.json"))
    report = package.validate()
    assert report.valid, report.flatten(["title", "message"])
    assert sorted(resource.path for resource in package.resources) == TABLES
    assert [licence["name"] for licence in package.licenses] == ["CC-BY-4.0"]


@pytest.mark.parametrize("old, new", [("Always", "Allways"), ("2024-09-02", "yesterday")])
def test_data_package_tells_a_spoilt_export_from_a_good_one(tmp_path, old, new):
    """So the descriptor constrains something."""
    copy = shutil.copytree(DATA, tmp_path / "data")
    text = (copy / "raw/before.csv").read_text(encoding="utf-8")
    assert old in text
    (copy / "raw/before.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    assert not Package(str(copy / "datapackage.json")).validate().valid


def test_readme_of_the_data_names_every_file():
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    for file in [*TABLES, "datapackage.json", "generate.py"]:
        assert f"`{file}`" in readme
