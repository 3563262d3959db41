"""From a study folder to print: link and the report functions, on the book's data and on the template.

Oracles: R, which links, scores and tests from the same raw exports (oracles/study.csv, made by oracles/study.R; versions
in oracles/made.csv), for the studies that R has seen; counts by hand from the template's
exports; for a spoilt folder, the fault that the test puts in.
"""

import math
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import altair as alt
import numpy as np
import pandas as pd
import prepost
import pytest
import scipy
from r_results import rows

ONE = pd.DataFrame({"name": ["Measure"]}, index=["m"])
TEMPLATE = prepost.DATA / "template"
FOLDERS = {"book": prepost.DATA, "template": TEMPLATE}
BEFORE, AFTER = "raw/before.csv", "raw/after.csv"


def scores_of(folder):
    return prepost.Study(folder).scores


def table_of(folder):
    return prepost.results_table(scores_of(folder), prepost.load("instruments", folder))


@pytest.fixture
def study(tmp_path):
    return shutil.copytree(TEMPLATE, tmp_path / "study", ignore=shutil.ignore_patterns("*.py"))


def edit(folder, file, old, new):
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def add_column(folder, file, column, cells):
    """Add a column to an export, one cell per row below the header."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    assert len(cells) == len(lines) - 1
    lines = [f"{line},{cell}" for line, cell in zip(lines, [column, *cells])]
    (folder / file).write_text("\n".join(lines) + "\n", encoding="utf-8")


# --- link -----------------------------------------------------------------------------------------------


def test_flow_counts_every_submission_of_the_template():
    """By hand, from the template's exports."""
    _, flow = prepost.link(TEMPLATE)
    assert flow["before"].to_dict() == {
        "submissions": 23,
        "not finished": 1,  # the empty form of HERON28
        "without a code": 0,
        "sent again": 1,  # HERON57
        "people": 21,
        "without a partner": 3,  # HERON88, SWIFT83, KITE65
        "pairs": 18,
    }
    assert list(flow["after"]) == [20, 1, 0, 0, 19, 1, 18]  # not finished: SWIFT83; without a partner: KITE00


def test_one_persons_answers_are_coded_as_by_hand():
    """By hand: FINCH58 is the first code before, and skipped one item."""
    answers, _ = prepost.link(TEMPLATE)
    first = answers.loc["P01", ["fb_begin", "fb_example", "fb_delay", "fb_plan", "strain_now"]]
    assert first.values.tolist() == [[4, 4, 3, 6, 4], [3, 5, 1, 5, 3]]
    assert answers["fb_listen"].loc["P01"].tolist() == [pd.NA, 4]
    assert scores_of(TEMPLATE).loc["P01", "feedback_before"] == 23  # (4 + 4 + (7 - 3) + 6) * 5 / 4 = 22.5, half up


def test_column_finished_decides_where_there_is_one(study):
    """The empty form counts when the column says so, and a full one does not when it says otherwise."""
    add_column(study, BEFORE, "Finished", ["FALSE", *["True"] * 22])
    _, flow = prepost.link(study)
    assert list(flow["before"]) == [23, 1, 0, 2, 20, 3, 17]


DAYS = [f"2025-03-{31 - row:02d} 08:00:00" for row in range(23)]  # the last row is the earliest
HOURS = [*["2025-03-04 14:05"] * 22, "2025-03-04 9:44"]  # as text, 9:44 comes after 14:05


@pytest.mark.parametrize("dates", [DAYS, HOURS], ids=["days", "hours"])
def test_the_earlier_of_two_submissions_counts_by_end_date_and_not_by_row(study, dates):
    """HERON57 is in the rows 6 and 23 below the header; her later form says "Completely" (6), not "Somewhat" (3)."""
    places = sorted(code for code in pd.read_csv(TEMPLATE / BEFORE)["code"].str.upper().unique())
    person = f"P{places.index('HERON57') + 1:02d}"
    assert prepost.link(study)[0].loc[(person, "before"), "fb_begin"] == 3
    add_column(study, BEFORE, "EndDate", dates)
    assert prepost.link(study)[0].loc[(person, "before"), "fb_begin"] == 6


def test_who_gives_no_code_is_counted_and_left_out(study):
    edit(study, BEFORE, "WREN12", "")
    _, flow = prepost.link(study)
    assert list(flow["before"]) == [23, 1, 1, 1, 20, 3, 17]


def test_numbers_are_coded_as_their_labels(study):
    labels = {"Not at all": 1, "Slightly": 2, "Somewhat": 3, "Fairly": 4, "Very": 5, "Completely": 6}
    for file in (BEFORE, AFTER):
        text = (study / file).read_text(encoding="utf-8")
        for label, number in labels.items():
            text = text.replace(f",{label}", f",{number}")
        (study / file).write_text(text, encoding="utf-8")
    pd.testing.assert_frame_equal(prepost.link(study)[0], prepost.link(TEMPLATE)[0])


def test_codes_do_not_survive_linking():
    codes = set(pd.read_csv(TEMPLATE / AFTER)["code"].str.strip())
    answers, flow = prepost.link(TEMPLATE)
    text = answers.to_csv() + flow.to_csv()
    assert not [code for code in codes if code in text]


@pytest.mark.parametrize(
    "spoil, key, said, answer",
    [
        (lambda s: edit(s, AFTER, ",8,Somewhat", ",80,Somewhat"), "cell: strain: 80", f"{AFTER}, row 5, strain_now", "missing"),
        (
            lambda s: edit(s, AFTER, "fb_plan", "fb_plann"),
            "column: fb_plan, after",
            f"{AFTER} has no column “fb_plan”",
            "fb_plann",
        ),
        (lambda s: edit(s, AFTER, "code", "kode"), "code: after", f"Which column of {AFTER} holds the code", "kode"),
        (
            lambda s: edit(s, "items.csv", "delay,feedback", "delay,feed"),
            None,
            "items.csv, row 4: “feed” is no instrument",
            None,
        ),
        (lambda s: (s / AFTER).unlink(), "file: one", f"{BEFORE} is the only export", None),
        (
            lambda s: add_column(s, BEFORE, "Finished", ["maybe", *["True"] * 22]),
            "finished: before: maybe",
            "the column Finished says “maybe”",
            "yes",
        ),
        (  # the two submissions of HERON57: the first is of March or of April
            lambda s: add_column(s, BEFORE, "EndDate", [*["3/4/2025 8:08"] * 22, "2025-03-20 08:08"]),
            "dates: before",
            "row 7: 3/4/2025 8:08",
            "day first",
        ),
    ],
)
def test_linking_refuses_what_no_rule_settles_names_the_question_and_takes_its_answer(study, spoil, key, said, answer):
    spoil(study)
    with pytest.raises(ValueError, match="Settle this before") as error:
        prepost.link(study)
    assert said in str(error.value)
    (question,) = prepost.Study(study).open
    assert said in str(question) and question.key == (key or f"description: {said}")
    assert prepost.Study(study).problems.loc[question.key, "what"] == question.title
    if answer:
        settled = prepost.Study(study, {question.key: answer})
        assert settled.open == [] and len(settled.problems) == 0 and settled.flow.loc["pairs", "before"] == 18
    else:
        assert question.form == "mend" and prepost.Study(study, {question.key: "yes"}).scores is None


def test_a_study_holds_what_link_and_score_return():
    for folder in FOLDERS.values():
        study, (answers, flow) = prepost.Study(folder), prepost.link(folder)
        pd.testing.assert_frame_equal(study.responses, answers)
        pd.testing.assert_frame_equal(study.flow, flow)
        scores = prepost.score(answers, prepost.load("instruments", folder), prepost.load("items", folder)).unstack("wave")
        assert study.scores.to_numpy().tolist() == scores.to_numpy().tolist()
        assert list(study.scores.columns) == [f"{measure}_{wave}" for measure, wave in scores.columns]


def test_exports_without_a_common_code_are_refused_in_words(study):
    lines = (study / AFTER).read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("code")
    rows = [line.split(",") for line in lines[1:]]
    lines[1:] = [",".join([*row[:place], f"NEW{number}", *row[place + 1 :]]) for number, row in enumerate(rows)]
    (study / AFTER).write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="No code is in both surveys"):
        prepost.link(study)


# --- print ----------------------------------------------------------------------------------------------


def seen_by_r():
    """R's rows, by study and instrument, without those of a study that the book no longer holds."""
    names = {study: set(prepost.load("instruments", path)["name"]) for study, path in FOLDERS.items()}
    seen = {(row["study"], row["instrument"]): row for row in rows("study")}
    return {(study, instrument): row for (study, instrument), row in seen.items() if instrument in names[study]}


R = seen_by_r()


@pytest.mark.parametrize("name, instrument", R)
def test_every_number_of_the_table_agrees_with_r_to_its_last_digit(name, instrument):
    """Oracle: R's coin (its interval by inverting its test), p.adjust and arithmetic, from the raw exports."""
    theirs, row = R[name, instrument], table_of(FOLDERS[name]).loc[instrument]
    for column in ("pairs", "higher", "same", "lower"):
        assert row[column] == int(theirs[column])
    ends = dict(zip(("low", "high"), row["95% CI"].split(" to ")))
    for end, sign in (("low", "> "), ("high", "< ")):
        assert ends[end].startswith(sign) == (theirs[f"{end}.in"] == "FALSE")
    assert row["level"] == f"{math.floor(1000 * float(theirs['level'])) / 10:.1f}%"
    printed = {"change": row["change"], "Z": row["Z"], "r": row["r"], "p": row["p"], "holm": row["p Holm"]}
    printed |= {end: text.removeprefix("> ").removeprefix("< ") for end, text in ends.items()}
    for wave in prepost.WAVES:
        cells = row[wave].replace("(", "").replace(")", "").replace(" to ", " ").split()
        printed |= {f"{wave}.{place}": cell for place, cell in enumerate(cells, 1)}
    compared = {"study", "instrument", "pairs", "higher", "same", "lower", "low.in", "high.in", "level"}
    assert set(printed) | compared == set(theirs)
    for column, text in printed.items():
        last_digit = 10 ** -len(text.partition(".")[2])
        assert abs(float(text.replace("−", "-")) - float(theirs[column])) < 0.5 * last_digit + 1e-9, column


@pytest.mark.parametrize(
    "p, printed",
    [(0.04952, ".050"), (0.2, ".200"), (0.001, ".001"), (0.00099, "< .001"), (0, "< .001"), (0.9996, "> .999"), (1, "1.000")],
)
def test_p_is_printed_with_three_decimals_and_no_leading_zero(p, printed):
    """By hand, after the rules of chapter 12."""
    assert prepost.format_p(p) == printed


@pytest.mark.parametrize(
    "arguments, printed",
    [
        ((-1.96408, 3), "−1.964"),
        ((-0.04, 1), "0.0"),
        ((10.02, 1), "10.0"),
        ((-0.2, 2, False), "−.20"),
        ((1.0, 2, False), "1.00"),
        ((-0.996, 2, False), "−1.00"),
        ((10.5, 1, False), "10.5"),
        ((14.25, 1), "14.3"),
        ((-14.25, 1), "−14.3"),
        ((22.75, 1), "22.8"),
        ((float("nan"), 2, False), "–"),
        ((-20.04, 2, False), "−20.04"),
    ],
)
def test_numbers_are_printed_by_the_rules_of_chapter_12(arguments, printed):
    """By hand."""
    assert prepost.format_number(*arguments) == printed


@pytest.mark.parametrize("folder", FOLDERS.values(), ids=FOLDERS)
def test_the_paragraph_holds_every_number_of_its_row_and_what_the_checklist_asks_for(folder):
    table = table_of(folder)
    for name, row in table.iterrows():
        text = prepost.results_paragraph(table, name)
        assert not [column for column in row.index if str(row[column]) not in text]
        for wanted in (
            "Two-sided",
            "exact",
            "zeros ranked as Pratt does",
            f"for {len(table)} tests",
            "positive if scores rose",
        ):
            assert wanted in text


def test_a_tiny_p_is_not_said_to_equal_anything():
    table = table_of(TEMPLATE)
    table.loc[table.index[0], "p"] = "< .001"
    assert ": p < .001; Z" in prepost.results_paragraph(table, table.index[0])


def test_the_software_is_named_with_its_versions():
    assert f"SciPy {scipy.__version__}" in prepost.results_software()


@pytest.mark.parametrize("step, printed", [(1, "1.5"), (0.5, "0.75"), (0.25, "0.375"), (1 / 3, "0.500")])
def test_decimals_follow_the_scale(step, printed):
    """By hand: six changes of 0, 1, 1, 2, 2, 3 steps have the pseudo-median 1.5 steps; one decimal more than the scores."""
    scores = pd.DataFrame({"m_before": np.zeros(6), "m_after": np.array([0, 1, 1, 2, 2, 3]) * step})
    assert prepost.results_table(scores, ONE).iloc[0]["change"] == printed


def test_two_instruments_of_one_name_are_refused():
    instruments = prepost.load("instruments", TEMPLATE)
    instruments["name"] = "Measure"
    with pytest.raises(ValueError, match="Two instruments are called 'Measure'"):
        prepost.results_table(scores_of(TEMPLATE), instruments)


@pytest.mark.parametrize("folder", FOLDERS.values(), ids=FOLDERS)
def test_the_figure_shows_every_person_and_says_what_the_table_says(folder):
    figure = prepost.results_figure(scores_of(folder), prepost.load("instruments", folder))
    spec = figure.properties(title=alt.Title("finding", subtitle="source")).to_dict()
    table = table_of(folder)
    people, typical = sorted(map(pd.DataFrame, spec["datasets"].values()), key=len, reverse=True)
    marked = [prepost.format_number(end, 1) for ends in typical["excluded"] for end in ends]
    assert marked == [end[2:] for interval in table["95% CI"] for end in interval.split(" to ") if end[0] in "<>"]
    assert people.groupby("measure")["people"].sum().to_dict() == table["pairs"].to_dict()
    assert [prepost.format_number(x, 1) for x in typical["pseudo-median"]] == list(table["change"])
    assert [panel["title"]["text"] for panel in spec["concat"]] == list(table.index)
    for name, row in table.iterrows():
        words = f"{name}: {row['higher']} higher, {row['lower']} lower, {row['same']} the same"
        assert words in spec["description"]


def test_one_instrument_is_enough_and_needs_no_adjustment(study):
    instruments = prepost.load("instruments", study).loc[["feedback"]]
    row = prepost.results_table(scores_of(study), instruments).iloc[0]
    assert row["p"] == row["p Holm"] == table_of(TEMPLATE).iloc[0]["p"]


def test_too_few_pairs_are_an_error_that_names_the_instrument():
    instruments = prepost.load("instruments", TEMPLATE)
    with pytest.raises(ValueError, match="Confidence in giving feedback: 5 complete pairs"):
        prepost.results_table(scores_of(TEMPLATE).head(5), instruments)


def test_scores_that_all_stay_are_printed_without_a_test_and_spare_the_other_rows():
    """By hand: nothing to rank, and every flip of the signs gives what was seen. Holm: twice the p of the other, and 1."""
    instruments, scores = prepost.load("instruments", TEMPLATE), scores_of(TEMPLATE)
    scores["strain_after"] = scores["strain_before"]
    table = prepost.results_table(scores, instruments)
    still = table.loc["Strain of difficult talks"]
    assert still[["pairs", "higher", "same", "lower"]].tolist() == [18, 0, 18, 0]
    assert still["change":"p Holm"].tolist() == ["0.0", *4 * ["–"], "1.000", "1.000"]
    assert table.iloc[0].equals(table_of(TEMPLATE).iloc[0])
    assert "Everybody's score changed by 0.0 points" in prepost.results_paragraph(table, still.name)
    words = prepost.results_figure(scores, instruments).to_dict()["description"]
    assert words.endswith("0 higher, 0 lower, 18 the same; pseudo-median 0.0 points, 95% interval –.")


@pytest.mark.parametrize("rises, p", [(4, ".125"), (5, ".063"), (6, ".031")])
def test_few_movers_get_the_exact_p_and_holm_adjusts_that(rises, p):
    """By hand: so many equal rises among six people; 2 of the 2**rises flips are as extreme."""
    scores = pd.DataFrame({"m_before": [3] * 6, "m_after": rises * [4] + (6 - rises) * [3]})
    table = prepost.results_table(scores, ONE)
    assert table.iloc[0][["p", "p Holm"]].tolist() == [p, p]
    assert "It was the only test." in prepost.results_paragraph(table, "Measure")


def test_holm_adjusts_the_p_that_is_reported():
    """By hand: 4, 5 and 6 equal rises among six people: .125, .0625 and .03125, times 1, 2 and 3, and never falling."""
    scores = pd.DataFrame({f"{m}_before": [3] * 6 for m in "abc"})
    for rises, measure in zip((4, 5, 6), "abc"):
        scores[f"{measure}_after"] = rises * [4] + (6 - rises) * [3]
    table = prepost.results_table(scores, pd.DataFrame({"name": ["A", "B", "C"]}, index=list("abc")))
    assert table["p Holm"].tolist() == [".125", ".125", ".094"]


def test_a_name_from_a_study_runs_no_program_in_the_page():
    """Oracle: Python's own parser of pages."""
    charts = []
    for name in ["Trust", "Trust</script><script>alert(1)</script><!--<script>"]:
        scores = pd.DataFrame({"m_before": [3, 4] * 6, "m_after": [4, 4, 5, 2] * 3})
        chart = prepost.results_figure(scores, pd.DataFrame({"name": [name]}, index=["m"]))
        title = alt.Title(f"{name} rose", subtitle=f"{name}, synthetic")
        charts.append(prepost.charts._figure(chart.properties(title=title).to_dict())["text/html"])
    harmless, hostile = (Scripts(chart).scripts for chart in charts)
    assert len(harmless) == len(hostile) == 1
    assert "alert(1)" in hostile[0] and "<!--" not in charts[1]


class Scripts(HTMLParser):
    """The programs in a page."""

    def __init__(self, page):
        super().__init__()
        self.scripts = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data):
        if self.cdata_elem == "script":
            self.scripts[-1] += data


# --- the template ---------------------------------------------------------------------------------------


def test_generating_the_template_again_changes_no_byte(tmp_path):
    copy = shutil.copytree(TEMPLATE, tmp_path / "template")
    for file in (BEFORE, AFTER):
        (copy / file).unlink()
    subprocess.run([sys.executable, copy / "generate.py"], check=True)
    for file in (BEFORE, AFTER):
        assert (copy / file).read_bytes() == (TEMPLATE / file).read_bytes()
