"""Every statistic of chapter 3 that tests/test_statistics.py does not hold.

Oracle: R's stored results in oracles/ch03.csv (R's wilcox.test and psych, versions in oracles/made.csv), made by
oracles/ch03.R, and in oracles/r46.csv, made by r46.R in R 4.6. The chapter's own formulas are repeated here with pandas.
"""

from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import prepost
import pytest
from r_results import close, oracle, results
from scipy import optimize, stats

CHAPTER = Path(prepost.__file__).parent.parent / "03-instruments.ipynb"
INSTRUMENTS, ITEMS = prepost.load("instruments"), prepost.load("items")
SCORES = prepost.load("scores").astype(float)
PAIRS = SCORES.dropna()
RESPONSES = prepost.load("responses")
BEFORE = RESPONSES[RESPONSES["wave"] == "before"]
R = results("ch03", "case", "statistic", "program")
R46 = results("r46", "case", "statistic")


def answers(measure, turn=True):
    """The complete answers before to one instrument, reversed items turned round or left as they are."""
    own = ITEMS[ITEMS["instrument"] == measure]
    given = BEFORE[own.index].dropna().astype(float)
    if turn:
        against = own.index[own["reversed"] == "yes"]
        given[against] = INSTRUMENTS.loc[measure, ["lowest", "highest"]].sum() - given[against]
    return given


@oracle("ch03", "item-total", "item-total, not turned round")
def test_corrected_item_total_correlation_is_r_drop_of_psych(case, statistic, value):
    given = answers(ITEMS.loc[case, "instrument"], turn=statistic == "item-total")
    assert given[case].corr(given.drop(columns=case).sum(axis=1)) == close(value)


@oracle("ch03", "alpha without")
def test_alpha_without_an_item_is_that_of_psych(case, statistic, value):
    assert prepost.cronbach_alpha(answers(ITEMS.loc[case, "instrument"]).drop(columns=case))[0] == close(value)


@oracle("ch03", "alpha, not turned round")
def test_alpha_of_forgotten_reversals_is_that_of_psych(case, statistic, value):
    assert prepost.cronbach_alpha(answers(case, turn=False))[0] == close(value)


@oracle("ch03", "alpha", "alpha low", "alpha high")
def test_alpha_of_five_people_and_its_interval_are_those_of_psych(case, statistic, value):
    few = BEFORE.loc["P01":"P05", ["self_efficacy_1", "self_efficacy_2", "self_efficacy_3"]]
    assert prepost.cronbach_alpha(few)[["alpha", "alpha low", "alpha high"].index(statistic)] == close(value)


@oracle("ch03", "SEM", "MDC")
def test_sem_and_mdc_follow_from_r_s_sd_and_alpha(case, statistic, value):
    sem = SCORES[f"{case}_before"].std() * np.sqrt(1 - prepost.cronbach_alpha(answers(case))[0])
    assert {"SEM": sem, "MDC": 1.96 * np.sqrt(2) * sem}[statistic] == close(value)


@oracle("ch03", "named by psych")
def test_psych_names_the_items_that_run_against_the_first_principal_component(case, statistic, value):
    """And where some are reversed, these are the items that nobody turned round."""
    measure = ITEMS.loc[case, "instrument"]
    direction = np.linalg.eigh(answers(measure, turn=False).corr())[1][:, -1]
    runs_against = pd.Series(direction * np.sign(direction.sum()) < 0, index=ITEMS.index[ITEMS["instrument"] == measure])
    assert runs_against[case] == value == (ITEMS.loc[case, "reversed"] == "yes")


@oracle("ch03", "omega, 1 factor")
def test_omega_of_one_factor_is_that_of_psych(case, statistic, value):
    """By hand: the loadings that leave the smallest squares beside the diagonal (minres)."""
    correlations = answers(case).corr().to_numpy()
    beside = ~np.eye(len(correlations), dtype=bool)

    def rest(loadings):
        return ((correlations - np.outer(loadings, loadings))[beside] ** 2).sum()

    loadings = optimize.minimize(rest, np.full(len(correlations), 0.5), tol=1e-12).x
    assert 1 - (1 - loadings**2).sum() / correlations.sum() == pytest.approx(value, abs=2e-4)


@oracle("ch03", "omega, 1 factor, not standardised")
def test_omega_of_answers_as_they_are_is_that_of_maximum_likelihood(case, statistic, value):
    """By hand: the covariances under which the answers are likeliest, sum of loadings squared over all variance."""
    given = answers(case)
    covariances = given.cov().to_numpy()
    sds = np.sqrt(np.diag(covariances))

    def unlikely(parameters):
        loadings, uniquenesses = np.split(parameters, 2)
        model = np.outer(sds, sds) * (np.outer(loadings, loadings) + np.diag(uniquenesses))
        return np.linalg.slogdet(model)[1] + np.trace(np.linalg.solve(model, covariances))

    start, free = np.full(2 * len(sds), 0.5), [(None, None)] * len(sds) + [(0.005, None)] * len(sds)
    loadings, uniquenesses = np.split(optimize.minimize(unlikely, start, bounds=free, tol=1e-12).x, 2)
    common = (loadings * sds).sum() ** 2
    assert common / (common + (uniquenesses * sds**2).sum()) == pytest.approx(value, abs=2e-4)


def test_the_box_on_omega_says_what_r_finds():
    """R: psych::omega with one factor and with its default of three, and factanal for the vignettes."""
    (box,) = [cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells if "McDonald's *ω*" in cell.source]

    def found(statistic, program="psych::omega", of=tuple(INSTRUMENTS.index)):
        return [f"{R[measure, statistic, program]:.2f}"[1:] for measure in of]

    assert "it is {}, {}, {} and {} here".format(*found("omega, 1 factor")) in box
    assert "gives {}, {}, {} and {}.".format(*found("omega, 3 factors")) in box
    alphas = [f"{prepost.cronbach_alpha(answers(measure))[0]:.2f}"[1:] for measure in INSTRUMENTS.index]
    assert "beside {}, {}, {} and {} for α".format(*alphas) in box
    (vignettes,) = found("omega, 1 factor, not standardised", "stats::factanal", ["likelihood"])
    assert f"not standardised, ω would be {vignettes}." in box


@oracle("ch03", "p, sums", "p, means", "p, means rounded", "p, means, digits.rank = 7")
def test_r_falls_into_the_trap_of_item_means_as_scipy_does(case, statistic, value):
    k = {"p, sums": 1}.get(statistic, sum(ITEMS["instrument"] == case))
    change = PAIRS[f"{case}_after"] / k - PAIRS[f"{case}_before"] / k
    if statistic in ("p, means rounded", "p, means, digits.rank = 7"):
        change = change.round(6)
    assert stats.wilcoxon(change, method="approx").pvalue == close(value)


def test_item_means_take_empathy_across_05_and_rounding_takes_it_back():
    """R: both p values of chapter 3, and the remedy."""
    names = ["p, sums", "p, means", "p, means rounded"]
    sums, means, rounded = (R["empathy", name, "stats::wilcox.test"] for name in names)
    assert (f"{sums:.4f}", f"{means:.4f}") == ("0.0495", "0.0510")
    assert rounded == sums == R["empathy", "p, means, digits.rank = 7", "stats::wilcox.test"]


@pytest.mark.parametrize("measure", INSTRUMENTS.index)
@pytest.mark.parametrize("kind", ["exact", "asymptotic"])
def test_digits_rank_takes_r_46_out_of_the_trap_of_item_means(measure, kind):
    """R 4.6: digits.rank = 7 ranks changes of item means as it ranks those of sums."""
    assert R46[measure, f"{kind} p, means, digits.rank = 7"] == R46[measure, f"{kind} p, sums"]
    fooled = R46[measure, f"{kind} p, means"] != R46[measure, f"{kind} p, sums"]
    assert fooled == (measure in ("empathy", "stigma"))


def test_r_46_falls_into_the_trap_of_item_means_by_default():
    """R 4.6: with both kinds of p; the asymptotic ones are those of R 4.2."""
    for kind, sums, means in [("exact", "0.0457", "0.0468"), ("asymptotic", "0.0495", "0.0510")]:
        assert f"{R46['empathy', f'{kind} p, sums']:.4f}" == sums
        assert f"{R46['empathy', f'{kind} p, means']:.4f}" == means
    for case, statistic, program in R:
        if statistic in ("p, sums", "p, means"):
            assert R46[case, f"asymptotic {statistic}"] == R[case, statistic, program]


@pytest.mark.parametrize("measure", INSTRUMENTS.index)
def test_prepost_gives_sums_and_item_means_the_same_p(measure):
    """R's wilcox.test on sums; SciPy and R alone give empathy and stigma another p for means."""
    k = sum(ITEMS["instrument"] == measure)
    test = prepost.signed_rank(PAIRS[f"{measure}_after"] / k - PAIRS[f"{measure}_before"] / k)
    assert test["p"] == close(R[measure, "p, sums", "stats::wilcox.test"])
