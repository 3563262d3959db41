"""The numbers that chapter 5 prints.

Oracle: R's stored results in oracles/ch05.csv (mean, median, sd, cor and counts), made by oracles/ch05.R.
"""

import nbformat
import prepost
import pytest
from conftest import ROOT
from r_results import results

CELLS = nbformat.read(ROOT / "chapters" / "05-seeing-change.ipynb", as_version=4).cells
PRINTED = {line for cell in CELLS for out in cell.get("outputs", []) for line in out.get("text", "").splitlines()}
R = results("ch05", "case", "statistic")


@pytest.mark.parametrize(
    "line, case, statistics",
    [
        ("mean {:.2f}, median {:.2f}", "empathy", ["mean change", "median change"]),
        ("mean of the changes:     {:.2f}", "empathy", ["mean change"]),
        ("difference of the means: {:.2f}", "empathy", ["mean change"]),
        ("median of the changes:     {:.2f}", "empathy", ["median change"]),
        ("difference of the medians: {:.2f}", "empathy", ["difference of medians"]),
        ("{:.0f} rose, {:.0f} same, {:.0f} fell", "empathy", ["rose", "same", "fell"]),
        ("standard deviation of the changes: {:.1f}", "empathy", ["sd of changes"]),
        ("true pairs:   correlation {:.2f}", "empathy", ["before with change"]),
        ("{:.2f} {:.2f} {:.2f}", "self_efficacy", ["mean change", "median change", "difference of medians"]),
        ("with the first score: {:.2f}", "stigma", ["before with change"]),
        ("with the average:     {:.2f}", "stigma", ["average with change"]),
    ],
)
def test_the_chapter_prints_what_r_finds(line, case, statistics):
    assert line.format(*(R[case, statistic] for statistic in statistics)) in PRINTED


def test_the_chapters_table_of_worse_same_and_improved_is_rs_with_stigma_reversed():
    table = next(cell for cell in CELLS if cell.source.endswith('counts[["worse", "same", "improved"]]'))
    rows = table.outputs[0]["data"]["text/plain"].splitlines()[1:]
    reversed_ = {"stigma": ("rose", "same", "fell")}
    for measure, name in prepost.load("instruments")["name"].items():
        expected = [R[measure, statistic] for statistic in reversed_.get(measure, ("fell", "same", "rose"))]
        row = next(row for row in rows if row.startswith(name))
        assert [float(number) for number in row.removeprefix(name).split()] == expected
