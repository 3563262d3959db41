"""The files in data/ against DESIGN's claims, the codebook, the generator and a scoring by hand.

Oracles: data/published.csv for the abstract's figures, SciPy for the tests on the changes, frictionless for the
Data Package, plain Python loops for cleaning and scoring.
"""

import csv
import re
import shutil
import subprocess
import sys
from datetime import datetime

import generate
import pandas as pd
import prepost
import pytest
from frictionless import Package
from scipy import stats

DATA = prepost.DATA
INSTRUMENTS, ITEMS = prepost.load("instruments"), prepost.load("items")
MEASURES = list(INSTRUMENTS.index)
SCORES = prepost.load("scores")
PAIRS = SCORES.dropna()


def rows(file):
    """Every row of a table as {column: text}; of an export, without its second and third header row."""
    with open(DATA / file, newline="", encoding="utf-8") as lines:
        table = list(csv.DictReader(lines))
    return table[2:] if file.startswith("raw/") else table


def change(measure, scores=PAIRS):
    return scores[f"{measure}_after"] - scores[f"{measure}_before"]


def p(changes, **options):
    return stats.wilcoxon(changes, method="approx", **options).pvalue


# --- the abstract's figures ---------------------------------------------------------------------

PUBLISHED = {row["measure"]: row for row in rows("published.csv")}


def test_published_figures_are_the_abstracts():
    """Oracle: the abstract, doi:10.3390/ijerph19095135."""
    figures = {name: (row["z"], row["p"], row["r"]) for name, row in PUBLISHED.items()}
    assert figures == {
        "empathy": ("-1.964", "0.050", "0.34"),
        "self_efficacy": ("-2.060", "0.039", "0.35"),
        "stigma": ("", "", ""),
        "likelihood": ("", "", ""),
    }
    assert [row["conclusion"] for row in PUBLISHED.values()] == ["higher after"] * 2 + ["no significant change"] * 2


@pytest.mark.parametrize("measure", ["empathy", "self_efficacy"])
def test_abstract_figures_are_reproduced_to_every_printed_digit(measure):
    """By prepost and, for Z and p, by SciPy alone; both changes are increases."""
    printed, test = PUBLISHED[measure], prepost.signed_rank(change(measure))
    assert (f"{test['Z']:.3f}", f"{test['p']:.3f}", f"{test['r']:.2f}") == (printed["z"], printed["p"], printed["r"])
    other = stats.wilcoxon(change(measure), method="approx")
    assert (f"{other.zstatistic:.3f}", f"{other.pvalue:.3f}") == (printed["z"], printed["p"])
    assert test["W+"] > test["W-"]


@pytest.mark.parametrize("measure", ["stigma", "likelihood"])
def test_no_significant_change_where_the_abstract_reports_none(measure):
    """Under every rule for zeros, with and without correction, and exactly."""
    rules = [p(change(measure), zero_method=rule) for rule in ("wilcox", "pratt", "zsplit")]
    assert min(*rules, p(change(measure), correction=True), prepost.exact_p(change(measure))) > 0.05


def test_empathy_is_below_05_before_rounding():
    assert f"{p(change('empathy')):.4f}" == "0.0495"


@pytest.mark.parametrize(
    "person, wave, item, step", [("P01", "after", "empathy_1", -1), ("P38", "before", "empathy_4", -1)]
)
def test_one_answer_moved_by_one_step_spoils_the_reproduction(person, wave, item, step):
    """Where a step leaves Z alone, the stored changes of R and the scoring by hand still notice it."""
    responses = prepost.load("responses").set_index("wave", append=True)

    def printed_z():
        scores = prepost.score(responses, INSTRUMENTS, ITEMS)["empathy"].unstack("wave").dropna()
        return f"{prepost.signed_rank(scores['after'] - scores['before'])['Z']:.3f}"

    assert printed_z() == PUBLISHED["empathy"]["z"]
    responses.loc[(person, wave), item] += step
    assert printed_z() != PUBLISHED["empathy"]["z"]


# --- worth teaching from ------------------------------------------------------------------------


def test_38_people_before_and_34_complete_pairs():
    assert len(SCORES) == 38
    assert len(PAIRS) == 34
    assert SCORES.filter(like="_before").notna().all(axis=None)
    assert SCORES.filter(like="_after").isna().all(axis=1).sum() == 4


def test_empathy_crosses_05_with_the_continuity_correction():
    """R's wilcox.test corrects by default; SciPy does not."""
    assert p(change("empathy")) < 0.05 < p(change("empathy"), correction=True)


def test_self_efficacy_stays_below_05_under_every_rule():
    rules = [p(change("self_efficacy"), zero_method=rule) for rule in ("wilcox", "pratt", "zsplit")]
    assert max(*rules, p(change("self_efficacy"), correction=True), prepost.exact_p(change("self_efficacy"))) < 0.05


def test_empathy_crosses_05_when_items_are_averaged_instead_of_added():
    """Means of ten items are no exact binary fractions, so equal changes differ in the last digit and ties break."""
    means = PAIRS[["empathy_before", "empathy_after"]] / 10
    averaged = change("empathy", means)
    assert p(change("empathy")) < 0.05 < p(averaged)
    assert averaged.nunique() > change("empathy").nunique()
    assert averaged.round(9).nunique() == change("empathy").nunique()


@pytest.mark.parametrize("measure", MEASURES)
def test_zeros_and_ties_in_every_measure(measure):
    changes = change(measure)
    assert (changes == 0).sum() >= 3
    moved = changes[changes != 0].abs()
    assert (moved.value_counts() > 1).sum() >= 3


@pytest.mark.parametrize("measure", MEASURES)
def test_dropped_pratts_and_split_zeros_and_the_exact_p_differ_visibly(measure):
    """In the fourth decimal at least, and dropping from Pratt's rule in the third."""
    drop, pratt, split = (p(change(measure), zero_method=rule) for rule in ("wilcox", "pratt", "zsplit"))
    assert len({f"{value:.4f}" for value in (drop, pratt, split, prepost.exact_p(change(measure)))}) == 4
    assert f"{drop:.3f}" != f"{pratt:.3f}"


def test_likelihood_has_a_strong_ceiling_and_many_zero_changes():
    assert SCORES["likelihood_before"].max() == 4 * 5
    assert (PAIRS["likelihood_before"] == 20).sum() >= 8
    assert (change("likelihood") == 0).sum() >= 10


@pytest.mark.parametrize(
    "measure, alpha", [("empathy", 0.80), ("self_efficacy", 0.85), ("stigma", 0.75), ("likelihood", 0.60)]
)
def test_reliability_at_baseline_is_plausible(measure, alpha):
    """On complete cases, as the book and psych compute it.

    The generator asks for .03 on all answers; leaving out the people with a skipped item moves self-efficacy to .883.
    """
    own = ITEMS[ITEMS["instrument"] == measure]
    answers = prepost.load("responses").query("wave == 'before'")[own.index]
    turned = own.index[own["reversed"] == "yes"]
    answers[turned] = INSTRUMENTS.loc[measure, ["lowest", "highest"]].sum() - answers[turned]
    assert prepost.cronbach_alpha(answers)[0] == pytest.approx(alpha, abs=0.035)


def test_instruments_have_the_designed_shape():
    shape = [(sum(ITEMS["instrument"] == name), row["lowest"], row["highest"]) for name, row in INSTRUMENTS.iterrows()]
    assert shape == [(10, 0, 4), (8, 1, 4), (12, 1, 5), (4, 1, 5)]
    reversed_items = ITEMS[ITEMS["reversed"] == "yes"]["instrument"].value_counts()
    assert reversed_items.to_dict() == {"empathy": 4, "stigma": 4}


@pytest.mark.parametrize("measure", ["empathy", "self_efficacy", "stigma"])
def test_those_who_start_lowest_seem_to_gain_most(measure):
    """Regression to the mean: the lowest third against the highest third, at least two points apart."""
    in_order = PAIRS.sort_values(f"{measure}_before", kind="stable")
    assert change(measure, in_order[:11]).mean() - change(measure, in_order[-11:]).mean() >= 2


# --- the raw exports ------------------------------------------------------------------------------


def cleaned_code(row):
    return "".join(row["code"].split()).upper()


BEFORE, AFTER = rows("raw/before.csv"), rows("raw/after.csv")
CODES_BEFORE, CODES_AFTER = [cleaned_code(row) for row in BEFORE], [cleaned_code(row) for row in AFTER]


def test_one_person_submitted_twice_with_other_answers():
    twice = {code for code in CODES_BEFORE if CODES_BEFORE.count(code) > 1}
    first, second = (row for row in BEFORE if cleaned_code(row) in twice)
    assert first["EndDate"] < second["EndDate"]
    assert any(first[item] != second[item] for item in ITEMS.index)
    assert len(CODES_AFTER) == len(set(CODES_AFTER))


def test_codes_are_typed_with_stray_case_and_blanks():
    typed = [row["code"] for row in BEFORE + AFTER]
    assert any(code != code.upper() for code in typed)
    assert any(code != code.strip() for code in typed)
    assert any(" " in code.strip() for code in typed)


def test_one_code_after_has_no_partner_and_one_survey_is_unfinished():
    assert len([code for code in CODES_AFTER if code not in CODES_BEFORE]) == 1
    unfinished = [row for row in AFTER if row["Finished"] == "False"]
    assert len(unfinished) == 1
    assert not any(unfinished[0][item] for item in ITEMS.index)
    assert all(row["Finished"] == "True" for row in BEFORE)


def test_a_few_items_are_skipped_never_more_than_the_rule_allows():
    finished = [row for row in BEFORE + AFTER if row["Finished"] == "True"]
    gaps = [
        (measure, sum(row[item] == "" for item in ITEMS.index[ITEMS["instrument"] == measure]))
        for row in finished
        for measure in MEASURES
    ]
    assert 5 <= sum(count for _, count in gaps) <= 12
    assert all(count <= INSTRUMENTS.loc[measure, "max_skipped"] for measure, count in gaps)


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


def test_year_in_the_scores_is_the_one_given_before():
    years = {code: row["year"] for code, row in zip(CODES_BEFORE, BEFORE)}
    assert [row["year"] for row in rows("scores.csv")] == [years[code] for code in sorted(years)]


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


def accepted(measure, seed):
    rule = INSTRUMENTS.loc[measure]
    k = sum(ITEMS["instrument"] == measure)
    cohort = generate.Cohort(*generate.draw(measure, seed, generate.people(), rule["lowest"], rule["highest"], k))
    return all(claim(cohort) for claim in generate.ACCEPT[measure])


@pytest.mark.parametrize("measure, seed", generate.SEEDS.items())
def test_seeds_meet_every_condition_of_the_search(measure, seed):
    assert accepted(measure, seed)


def test_search_took_the_first_seed_that_meets_the_conditions():
    """For stigma, the quickest to search."""
    assert not any(accepted("stigma", seed) for seed in range(generate.SEEDS["stigma"]))


# --- the codebook and the Data Package ----------------------------------------------------------------

CODEBOOK = rows("codebook.csv")
TABLES = sorted(path.relative_to(DATA).as_posix() for path in [*DATA.glob("*.csv"), *DATA.glob("raw/*.csv")])

# what the codebook's column "values" may say, and what that means
VALUES = {
    "": lambda cell: True,
    "True, False": lambda cell: cell in ("True", "False"),
    "2, 3, 4": lambda cell: cell in ("2", "3", "4"),
    "yes, no": lambda cell: cell in ("yes", "no"),
    "before, after": lambda cell: cell in ("before", "after"),
    "woman, man, another term": lambda cell: cell in ("woman", "man", "another term"),
    "P01 to P38": lambda cell: re.fullmatch(r"P\d\d", cell) and 1 <= int(cell[1:]) <= 38,
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
    between = re.fullmatch(r"(\d+) to (\d+)", values)
    if between:
        return int(between[1]) <= float(cell) <= int(between[2])
    return VALUES[values](cell)


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
    assert list(SCORES.index) == [f"P{number:02d}" for number in range(1, 39)]


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


def test_synthetic_is_said_wherever_a_reader_of_the_folder_looks_first():
    assert "synthetic" in (DATA / "README.md").read_text(encoding="utf-8").split("\n\n")[1]
    assert "synthetic" in Package(str(DATA / "datapackage.json")).title
    assert "synthetic" in generate.__doc__


def test_readme_of_the_data_names_every_file():
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    for file in [*TABLES, "datapackage.json", "generate.py"]:
        assert f"`{file}`" in readme
