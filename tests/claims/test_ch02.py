"""Chapter 2: what its simulations print, against the same worlds simulated in R."""

import io
import re

import nbformat
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from r_results import results

CHAPTER = ROOT / "chapters" / "02-design.ipynb"


def printed(name):
    """A table of percentages as readers see it: the output of the cell that ends by showing it."""
    cells = nbformat.read(CHAPTER, as_version=4).cells
    (cell,) = [cell for cell in cells if cell.cell_type == "code" and cell.source.endswith(f"\n{name}.round(1)")]
    text = cell.outputs[0].data["text/plain"]
    return pd.read_csv(io.StringIO(text), sep=r"\s{2,}", engine="python", index_col=0)


def agree_with_r(shown, column):
    r = pd.Series(results("ch02", "design", "world"))[column]
    assert list(shown.index) == list(r.index)
    share = (shown[column] + r) / 200
    error = 100 * np.sqrt(2 * share * (1 - share) / 10_000)
    assert ((shown[column] - r).abs() <= 4 * error + 0.05).all()


@pytest.mark.parametrize("design", ["one group", "with classmates"])
def test_each_world_gives_p_below_05_as_often_as_in_r(design):
    """Oracle: R's wilcox.test on 10,000 studies simulated in R (oracles/ch02.R), within four Monte Carlo errors."""
    agree_with_r(printed("both"), design)


@pytest.mark.parametrize("verdict", ["success", "harm"])
def test_each_world_looks_like_a_success_or_harm_as_often_as_in_r(verdict):
    """Oracle: people counted in 10,000 studies simulated in R (oracles/ch02.R), within four Monte Carlo errors."""
    agree_with_r(printed("verdicts"), verdict)


def test_the_box_on_two_groups_says_what_r_finds():
    """Oracle: t.test and lm() on 10,000 studies simulated in R (oracles/ch02.R), within four Monte Carlo errors."""
    (cell,) = [cell for cell in nbformat.read(CHAPTER, as_version=4).cells if "*Analysis of covariance*" in cell.source]
    r = pd.read_csv(ROOT / "tests" / "oracles" / "ch02_ancova.csv", index_col="groups")
    said = re.search(
        r"34 people in each group, an effect of 1.5 points .* (\d+)% of the studies and ANCOVA in (\d+)%", cell.source
    )
    for percent, share in zip(map(int, said.groups()), r.loc["randomised", ["t", "ancova"]], strict=True):
        assert abs(percent / 100 - share) < 4 * np.sqrt(share * (1 - share) / 10_000) + 0.005
    assert f'"effect" of {r.loc["3 points apart", "adjusted"]:.1f} points' in cell.source
    assert abs(r.loc["3 points apart", "difference"]) < 0.05
    assert "for the same power it needs (1 + ρ)/2" in cell.source


@pytest.mark.parametrize("rho", [0.5, 0.75, 0.9])
def test_ancova_needs_one_plus_rho_over_two_of_the_people(rho):
    """Formula: the variance of a change is 2(1 - rho), that of a follow-up score given the baseline 1 - rho**2."""
    assert (1 - rho**2) / (2 * (1 - rho)) == pytest.approx((1 + rho) / 2)
