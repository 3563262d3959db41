"""What this book claims of its synthetic cohort: the abstract's figures, and data worth teaching from.

A book with another study replaces this file. Oracles: data/published.csv for the abstract's figures, SciPy for the tests
on the changes, R's stored results (oracles/results.csv), the exports themselves.
"""

import re
import shutil

import generate
import pandas as pd
import prepost
import pytest
from conftest import ROOT
from frictionless import Package
from r_results import ORACLES, close, oracle
from scipy import stats
from test_data import AFTER, BEFORE, CODES_AFTER, CODES_BEFORE, DATA, INSTRUMENTS, ITEMS, MEASURES, cleaned_code, rows
from test_statistics import CHANGES
from test_your_study import FOLDERS, TEMPLATE
from test_your_study import R as SEEN_BY_R

SCORES = prepost.load("scores")
PAIRS = SCORES.dropna()


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
    """By prepost and, for Z and p, by SciPy alone; both changes are increases, and the abstract prints -|Z|."""
    printed, test = PUBLISHED[measure], prepost.signed_rank(change(measure))
    assert (f"{-test['Z']:.3f}", f"{test['p']:.3f}", f"{test['r']:.2f}") == (printed["z"], printed["p"], printed["r"])
    other = stats.wilcoxon(change(measure), method="approx")
    assert (f"{other.zstatistic:.3f}", f"{other.pvalue:.3f}") == (printed["z"], printed["p"])
    assert test["W+"] > test["W-"]


@pytest.mark.parametrize("measure", ["stigma", "likelihood"])
def test_no_significant_change_where_the_abstract_reports_none(measure):
    """Under every rule for zeros, with and without correction, and exactly."""
    rules = [p(change(measure), zero_method=rule) for rule in ("wilcox", "pratt", "zsplit")]
    assert (
        min(
            *rules,
            p(change(measure), correction=True),
            prepost.exact_p(change(measure)),
            prepost.exact_p(change(measure), "drop"),
        )
        > 0.05
    )


def test_empathy_is_below_05_before_rounding():
    assert f"{p(change('empathy')):.4f}" == "0.0495"


@pytest.mark.parametrize("person, wave, item, step", [("P01", "after", "empathy_1", -1), ("P38", "before", "empathy_4", -1)])
def test_one_answer_moved_by_one_step_spoils_the_reproduction(person, wave, item, step):
    """Where a step leaves Z alone, the stored changes of R and the scoring by hand still notice it."""
    responses = prepost.load("responses").set_index("wave", append=True)

    def printed_z():
        scores = prepost.score(responses, INSTRUMENTS, ITEMS)["empathy"].unstack("wave").dropna()
        return f"{-prepost.signed_rank(scores['after'] - scores['before'])['Z']:.3f}"

    assert printed_z() == PUBLISHED["empathy"]["z"]
    responses.loc[(person, wave), item] += step
    assert printed_z() != PUBLISHED["empathy"]["z"]


# --- worth teaching from ------------------------------------------------------------------------


def test_38_people_before_and_34_complete_pairs():
    assert list(SCORES.index) == [f"P{number:02d}" for number in range(1, 38 + 1)]
    assert len(PAIRS) == 34
    assert SCORES.filter(like="_before").notna().all(axis=None)
    assert SCORES.filter(like="_after").isna().all(axis=1).sum() == 4


def test_empathy_crosses_05_with_the_continuity_correction():
    """R's wilcox.test corrects by default; SciPy does not."""
    assert p(change("empathy")) < 0.05 < p(change("empathy"), correction=True)


def test_self_efficacy_stays_below_05_under_every_rule():
    rules = [p(change("self_efficacy"), zero_method=rule) for rule in ("wilcox", "pratt", "zsplit")]
    assert (
        max(
            *rules,
            p(change("self_efficacy"), correction=True),
            *(prepost.exact_p(change("self_efficacy"), zeros) for zeros in ("drop", "pratt")),
        )
        < 0.05
    )


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
    assert len({f"{value:.4f}" for value in (drop, pratt, split, prepost.exact_p(change(measure), "drop"))}) == 4
    assert f"{drop:.3f}" != f"{pratt:.3f}"


def test_likelihood_has_a_strong_ceiling_and_many_zero_changes():
    assert SCORES["likelihood_before"].max() == 4 * 5
    assert (PAIRS["likelihood_before"] == 20).sum() >= 8
    assert (change("likelihood") == 0).sum() >= 10


@pytest.mark.parametrize("measure, alpha", [("empathy", 0.80), ("self_efficacy", 0.85), ("stigma", 0.75), ("likelihood", 0.60)])
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


def test_year_in_the_scores_is_the_one_given_before():
    years = {code: row["year"] for code, row in zip(CODES_BEFORE, BEFORE)}
    assert [row["year"] for row in rows("scores.csv")] == [years[code] for code in sorted(years)]


def test_books_own_exports_have_exactly_the_faults_that_chapter_4_cleans():
    """By hand, from the exports: typed codes, a second submission, an unfinished survey, and who has no partner."""
    typed = [[row["code"] for row in export] for export in (BEFORE, AFTER)]
    assert [sum(code != cleaned_code({"code": code}) for code in codes) for codes in typed] == [14, 6]
    assert [row for row, code in enumerate(CODES_BEFORE, 4) if code == "BI06S"] == [13, 14]
    assert len(set(CODES_BEFORE) - {code for code, row in zip(CODES_AFTER, AFTER) if row["Finished"] == "True"}) == 4
    study = prepost.Study(prepost.DATA)
    assert study.open == [] and [question.key for question in study.questions] == ["near: CE05N and CE05B"]
    assert study.flow.to_dict("list") == {
        "before": [39, 0, 0, 1, 38, 4, 34],
        "after": [36, 1, 0, 0, 35, 1, 34],
    }
    assert study.notes == [
        "raw/before.csv: 2 columns not used: year, gender.",
        "raw/before.csv: code BI06S was sent 2 times (rows 13, 14); row 13 counts, the first.",
    ]


def test_one_spoilt_answer_in_the_books_exports_is_asked_about(tmp_path):
    copy = shutil.copytree(prepost.DATA, tmp_path / "data")
    lines = (copy / "raw/before.csv").read_text(encoding="utf-8").split("\n")
    lines[4] = lines[4].replace("Often", "Oftn", 1)
    (copy / "raw/before.csv").write_text("\n".join(lines), encoding="utf-8")
    (question,) = prepost.Study(copy).open
    assert "“Oftn”; the label is “Often”" in question.title and question.seen[0].startswith("raw/before.csv, row 5, ")


def test_codes_have_the_form_that_the_codebook_states():
    assert all(re.fullmatch("[A-Z]{2}[0-9]{2}[A-Z]", code) for code in CODES_BEFORE + CODES_AFTER)


def test_linking_and_scoring_the_books_exports_gives_its_tables_to_the_last_cell():
    """Oracle: responses.csv and scores.csv, without the people who were lost."""
    answers, _ = prepost.link()
    responses = prepost.load("responses").set_index("wave", append=True)
    complete = PAIRS.drop(columns="year")
    pd.testing.assert_frame_equal(answers, responses.loc[complete.index].astype("Int64"))
    scores = prepost.score(answers, INSTRUMENTS, ITEMS).unstack("wave")
    scores.columns = [f"{measure}_{wave}" for measure, wave in scores.columns]
    pd.testing.assert_frame_equal(scores[complete.columns], complete.astype("Int64"))


# --- the book's study beside the template ---------------------------------------------------------------


def test_the_template_shares_no_instrument_item_range_or_label_with_the_book():
    ours, theirs = INSTRUMENTS, prepost.load("instruments", TEMPLATE)
    assert not set(ours.index) & set(theirs.index) and not set(ours["labels"]) & set(theirs["labels"])
    assert not set(zip(ours["lowest"], ours["highest"])) & set(zip(theirs["lowest"], theirs["highest"]))
    assert not set(ITEMS.index) & set(prepost.load("items", TEMPLATE).index)


def test_no_code_of_the_module_names_an_instrument_or_item_of_a_study():
    """Oracle: the report of prepost, searched for every name that the two studies define."""
    source = (ROOT / "chapters" / "prepost" / "report.py").read_text(encoding="utf-8")
    for folder in FOLDERS.values():
        for table in ("instruments", "items"):
            assert not [name for name in prepost.load(table, folder).index if name in source]


def test_r_has_seen_every_instrument_of_both_studies():
    wanted = {(study, name) for study, folder in FOLDERS.items() for name in prepost.load("instruments", folder)["name"]}
    assert set(SEEN_BY_R) == wanted


# --- R on the whole cohort ----------------------------------------------------------------------------


def test_stored_r_results_belong_to_the_present_data_and_vectors():
    seen = {name: list(changes) for name, changes in CHANGES.items()}
    vectors = pd.read_csv(ORACLES / "vectors.csv").groupby("vector", sort=False)["change"]
    present = {name: list(changes) for name, changes in vectors} | {name: list(change(name)) for name in MEASURES}
    assert seen == present


@oracle("results", "d_z", "d_av")
def test_paired_d_is_that_of_effectsize(case, statistic, value):
    assert prepost.paired_d(PAIRS[f"{case}_before"], PAIRS[f"{case}_after"])[statistic] == close(value)


@oracle("results", "alpha", "alpha low", "alpha high")
def test_alpha_and_feldts_interval_are_those_of_psych(case, statistic, value):
    items = ITEMS.query("instrument == @case")
    answers = prepost.load("responses").query("wave == 'before'")[items.index]
    turned = items.index[items["reversed"] == "yes"]
    answers[turned] = INSTRUMENTS.loc[case, ["lowest", "highest"]].sum() - answers[turned]
    place = ["alpha", "alpha low", "alpha high"].index(statistic)
    assert prepost.cronbach_alpha(answers)[place] == close(value)


# --- the generator ----------------------------------------------------------------------------------


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


def test_synthetic_is_said_wherever_a_reader_of_the_folder_looks_first():
    assert "synthetic" in (DATA / "README.md").read_text(encoding="utf-8").split("\n\n")[1]
    assert "synthetic" in Package(str(DATA / "datapackage.json")).title
    assert "synthetic" in generate.__doc__
