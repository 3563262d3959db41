"""Chapter 7: what it says about half a step, lopsided changes and other programs, against R (oracles/ch07.R)."""

import re

import nbformat
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

CELLS = nbformat.read(ROOT / "chapters" / "07-signed-rank.ipynb", as_version=4).cells
WORDS = "\n".join(cell.source for cell in CELLS if cell.cell_type == "markdown")
CROSSWALK = (ROOT / "chapters" / "appendix" / "software.md").read_text(encoding="utf-8")
R = pd.read_csv(ROOT / "tests" / "oracles" / "ch07.csv").set_index(["what", "case"])["value"]


def printed(p):
    return f"{p:.4f}".removeprefix("0")


def test_half_a_step_without_ties_is_as_in_r():
    """Oracle: R's psignrank and pnorm."""
    counted, plain, corrected = (printed(R[what, "28 untied, W = 117"]) for what in ("counted", "from Z", "from Z, corrected"))
    assert f"the counted *p* is {counted}, without the correction it is {plain}, and with it {corrected}" in WORDS
    assert "half a step helps if *p* is above .06, and does harm if it is at .05 or below" in WORDS
    assert 0.05 < R["largest p that it harms", "28 untied"] < R["smallest p that half a step helps", "28 untied"] < 0.06


def test_lopsided_changes_are_rejected_as_often_as_in_r():
    """Oracle: the same in R's own generator and wilcox.test, 10,000 studies each, within four Monte Carlo errors."""
    sentence = re.search(r"With the median change at zero.*?many people there are: [\d.]+% and [\d.]+%", WORDS, re.S)[0]
    ours = [float(share) / 100 for share in re.findall(r"(\d+\.\d)%", sentence)]
    wanted = [(centre, people) for centre in ("median", "pseudo-median") for people in (34, 200)]
    for share, (centre, people) in zip(ours, wanted, strict=True):
        r = R[f"rejected, {centre} at zero", f"{people} people"]
        assert abs(share - r) < 4 * np.sqrt(2 * r * (1 - r) / 10_000)


def test_the_crosswalk_says_what_other_intervals_r_prints():
    """Oracles: effectsize, and R 4.2's wilcox.test where nearly all changes are tied."""
    for given in ("two columns", "changes"):
        low, high = R["rank-biserial low", given], R["rank-biserial high", given]
        assert f"interval from {low:.2f} to {high:.2f}".replace("0.", ".") in CROSSWALK
    # JASP's formula, from its source: 28 moved
    spread = 1.96 * np.sqrt(28 * 29 * 57 / 6) / (28 * 29 / 2)
    middle = np.arctanh(R["rank-biserial", "two columns"])
    assert R["rank-biserial low", "changes"] == pytest.approx(np.tanh(middle - spread), abs=1e-4)
    case = "15 up, 1 down, 18 same"
    assert [R["interval low", case], R["interval high", case], R["level reached", case]] == [1, 1, 0]
    assert "prints an interval from 1 to 1, and a level of 0" in CROSSWALK


@pytest.mark.parametrize("what", ["p of means", "p of means, digits.rank = 7"])
def test_digits_rank_cures_rs_ties_that_break(what):
    """Oracle: R's wilcox.test of mean scores."""
    assert printed(R[what, "empathy"]) in CROSSWALK.split("digits.rank = 7")[1].split("\n")[0]
