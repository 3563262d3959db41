"""Every statistic of prepost against a second, independent program.

Oracles: R's stored results (oracles/results.csv, made by oracles.R, and oracles/r46.csv, made by r46.R in R 4.6, whose
wilcox.test is another one; oracles/made.csv says with which versions), pingouin, SciPy, and full enumeration of the signs.
"""

import itertools

import numpy as np
import pandas as pd
import pingouin
import prepost
import pytest
from conftest import WEEKLY
from r_results import ORACLES, close, oracle, results
from scipy import stats

CHANGES = {  # what R worked on, stored with its results: true of prepost whatever study the book is about
    name: group.to_numpy() for name, group in pd.read_csv(ORACLES / "changes.csv").groupby("case", sort=False)["change"]
}
MEASURES = ["empathy", "self_efficacy", "stigma", "likelihood"]  # the cases that come from a whole study
R = results("results", "case", "statistic", "program")
R46 = results("r46", "case", "statistic")


# --- signed-rank test -------------------------------------------------------------------------


@oracle("results", "V")
def test_positive_rank_sum_is_v_of_wilcox_test(case, statistic, value):
    test = prepost.signed_rank(CHANGES[case])
    n = test["pairs"] - test["zeros"]
    assert test["W+"] == value
    assert test["W-"] == n * (n + 1) / 2 - value


@oracle("results", "p", "p corrected")
def test_asymptotic_p_is_that_of_wilcox_test(case, statistic, value):
    assert prepost.signed_rank(CHANGES[case], correction=statistic == "p corrected")["p"] == close(value)


@oracle("results", "Z, drop", "Z, pratt", "p, drop", "p, pratt")
def test_z_and_p_are_those_of_coin(case, statistic, value):
    """Both give Z the direction of the change."""
    name, zeros = statistic.split(", ")
    assert prepost.signed_rank(CHANGES[case], zeros)[name] == close(value)


@oracle("results", "p exact, drop", "p exact, pratt")
def test_exact_p_is_that_of_coin_exactranktests_and_wilcox_test(case, statistic, value):
    zeros = statistic.removeprefix("p exact, ")
    assert prepost.exact_p(CHANGES[case], zeros) == close(value)
    assert prepost.signed_rank(CHANGES[case], zeros)["p exact"] == close(value)


# --- wilcox.test of R 4.6 ---------------------------------------------------------------------

FEW = [case for case, change in CHANGES.items() if len(change) < 50]
UNTIED = [case for case in FEW if CHANGES[case].all() and len(set(np.abs(CHANGES[case]))) == len(CHANGES[case])]


@pytest.mark.parametrize("case", FEW)
def test_exact_p_with_pratts_zeros_is_the_default_of_wilcox_test_in_r_46(case):
    """Without exact = FALSE, correct changes nothing."""
    test = prepost.signed_rank(CHANGES[case], "pratt")
    assert prepost.exact_p(CHANGES[case], "pratt") == close(R46[case, "p"])
    assert R46[case, "p, correct = FALSE"] == R46[case, "p"]
    assert (test["p exact"], test["W+"]) == (close(R46[case, "p"]), R46[case, "V"])


@pytest.mark.parametrize("case", CHANGES)
def test_asymptotic_p_is_that_of_wilcox_test_in_r_46_with_exact_false(case):
    test = prepost.signed_rank(CHANGES[case])
    assert test["p"] == close(R46[case, "p, exact = FALSE, correct = FALSE"])
    assert test["W+"] == R46[case, "V, exact = FALSE"]
    assert prepost.signed_rank(CHANGES[case], correction=True)["p"] == close(R46[case, "p, exact = FALSE"])


def test_from_fifty_changes_on_wilcox_test_of_r_46_is_asymptotic_by_default():
    assert len(CHANGES["fifty"]) == 50
    assert R46["fifty", "p"] == R46["fifty", "p, exact = FALSE"] != close(prepost.exact_p(CHANGES["fifty"], "pratt"))


@pytest.mark.parametrize(
    "arguments, printed",
    [
        ("p", [".0457", ".0354", ".3610", ".1347"]),
        ("p, exact = FALSE", [".0509", ".0405", ".3477", ".2702"]),
        ("p, exact = FALSE, correct = FALSE", [".0495", ".0394", ".3425", ".2621"]),
    ],
)
def test_the_four_measures_have_the_old_p_values_in_r_46_only_with_exact_false(arguments, printed):
    """With exact = FALSE R 4.6 gives what R 4.2 gave for changes with ties or zeros (results.csv)."""
    older = {"p, exact = FALSE": "p corrected", "p, exact = FALSE, correct = FALSE": "p"}
    assert [f"{R46[measure, arguments]:.4f}".removeprefix("0") for measure in MEASURES] == printed
    if arguments in older:
        for measure in MEASURES:
            assert R46[measure, arguments] == R[measure, older[arguments], "stats::wilcox.test"]


def test_r_46_calls_an_interval_that_ends_at_zero_9995_percent_sure():
    """Fifteen rise by 1, one falls by 1, eighteen stay the same."""
    assert f"{R46['one_falls', 'p']:.5f}" == "0.00052"
    assert (R46["one_falls", "95% low of d"], R46["one_falls", "95% high of d"]) == (0, 0.5)
    assert f"{R46['one_falls', '95% attained of d']:.2%}" == "99.95%"


@pytest.mark.parametrize("case", FEW)
def test_pseudo_median_is_that_of_r_46(case):
    """Also with ties and zeros: since 4.6 it is the median of the Walsh averages, not a root."""
    assert prepost.pseudo_median(CHANGES[case])["estimate"] == close(R46[case, "pseudo-median"])


@pytest.mark.parametrize("confidence", [0.95, 0.9])
@pytest.mark.parametrize("case", UNTIED)
def test_interval_of_untied_changes_is_that_of_r_46(case, confidence):
    interval = prepost.pseudo_median(CHANGES[case], confidence)
    for end in ("low", "high"):
        assert interval[end] == close(R46[case, f"{confidence:.0%} {end} of d"])
    assert R46[case, f"{confidence:.0%} attained of d"] >= confidence


def tails_of_r_46(change, shift):
    """P(V > v) and P(V <= v) as R 4.6 has them in its search for the bounds: zeros keep their ranks, and add none to v."""
    ranks = stats.rankdata(np.abs(change - shift))
    ways = np.array([1.0])
    for steps in np.rint(2 * ranks).astype(int):
        ways = (np.pad(ways, (0, steps)) + np.pad(ways, (steps, 0))) / 2
    below = ways[: round(2 * ranks[change > shift].sum()) + 1].sum()
    return 1 - below, below


def bound_of_r_46(change, walsh, tail, alpha):
    """Walk over the Walsh averages to the first midpoint that is not rejected, and remember the last that is."""
    outside = np.sign(walsh[0] - walsh[-1])
    if tails_of_r_46(change, walsh[0] + outside)[tail] > alpha:
        return outside * np.inf, 0
    attained = 0
    for here, there in itertools.pairwise(walsh):
        p = tails_of_r_46(change, (here + there) / 2)[tail]
        if p > alpha:
            break
        attained = p
    return here, attained


@pytest.mark.parametrize("confidence", [0.95, 0.9])
@pytest.mark.parametrize("case", sorted(set(FEW) - set(UNTIED)))
def test_interval_of_tied_changes_in_r_46_follows_a_rule_that_is_no_oracle_for_prepost(case, confidence):
    """By hand, after the source of R 4.6.0.

    It takes P(V > v) where the p value takes P(V >= v), and tries repeated Walsh averages themselves, where it gives
    zeros a rank but no part in v.
    """
    change, alpha = CHANGES[case], (1 - confidence) / 2 + 1e-14
    walsh = np.sort(np.add.outer(change, change)[np.triu_indices(len(change))]) / 2
    low, below = bound_of_r_46(change, walsh, 0, alpha)
    high, above = bound_of_r_46(change, walsh[::-1], 1, alpha)
    of = {end: close(R46[case, f"{confidence:.0%} {end} of d"]) for end in ("low", "high", "attained")}
    assert {"low": low, "high": high, "attained": 1 - below - above} == of


def test_interval_of_tied_changes_in_r_46_depends_on_their_sign():
    """R 4.6.0, as it follows from that rule: -d has other bounds or another level."""
    assert (R46["ties", "95% low of d"], R46["ties", "95% high of d"]) == (-0.5, 3)
    assert (R46["ties", "95% low of -d"], R46["ties", "95% high of -d"]) == (-3, 1)
    assert (R46["balanced", "95% low of d"], R46["balanced", "95% high of d"]) == (-2, np.inf)
    for case in MEASURES:
        assert R46[case, "95% attained of d"] != close(R46[case, "95% attained of -d"])


# --- by hand ----------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CHANGES)
def test_z_and_r_follow_from_the_rank_sums_as_the_formula_sheet_says(case):
    """By hand: Z from its expectation and tie-corrected variance; r over the root of all pairs, zeros included."""
    change = CHANGES[case]
    moved = np.abs(change[change != 0])
    n, ties = len(moved), np.unique(moved, return_counts=True)[1]
    variance = n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48
    test = prepost.signed_rank(change)
    z = (test["W+"] - n * (n + 1) / 4) / np.sqrt(variance)
    assert test["Z"] == close(z)
    assert test["r"] == close(abs(z) / np.sqrt(len(change)))
    assert (test["pairs"], test["zeros"]) == (len(change), sum(change == 0))


@pytest.mark.parametrize("case", MEASURES)
def test_z_of_split_zeros_follows_from_its_formula(case):
    """By hand, for what SciPy calls "zsplit": rank everyone, give each side half of the ranks of the zeros."""
    change = CHANGES[case]
    ranks = stats.rankdata(np.abs(change))
    n, ties = len(ranks), np.unique(np.abs(change), return_counts=True)[1]
    smaller = min(ranks[change > 0].sum(), ranks[change < 0].sum()) + ranks[change == 0].sum() / 2
    variance = n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48
    test = stats.wilcoxon(change, zero_method="zsplit", method="approx")
    assert test.zstatistic == close((smaller - n * (n + 1) / 4) / np.sqrt(variance))


@pytest.mark.parametrize("zeros, expected", [("drop", [-3, 1.5, 1.5]), ("pratt", [-4, 2.5, 2.5])])
def test_signed_ranks_keep_the_order_of_the_people(zeros, expected):
    """By hand: sizes 3, 0, 1, 1."""
    assert list(prepost.signed_ranks([-3, 0, 1, 1], zeros)) == expected


# --- full enumeration -------------------------------------------------------------------------


def small_vectors():
    """Sixty vectors of up to eleven changes: whole and half points, with many ties and zeros, and without."""
    rng = np.random.default_rng(5135)
    for _ in range(30):
        yield rng.integers(-3, 4, rng.integers(2, 12)) / rng.choice([1, 2])
        yield rng.normal(0.5, 2, rng.integers(2, 12))


SMALL = [change for change in small_vectors() if change.any()]


def every_positive_rank_sum(ranks):
    """W+ under each of the 2**n patterns of signs."""
    patterns = np.array(list(itertools.product([0, 1], repeat=len(ranks))))
    return patterns @ np.abs(ranks)


@pytest.mark.parametrize("zeros", ["drop", "pratt"])
def test_flip_distribution_is_that_of_all_sign_patterns(zeros):
    for change in SMALL:
        ranks = prepost.signed_ranks(change, zeros)
        sums = every_positive_rank_sum(ranks)
        counted = np.bincount((2 * sums).astype(int), minlength=int(2 * np.abs(ranks).sum()) + 1) / len(sums)
        assert prepost.flip_distribution(ranks) == pytest.approx(counted, abs=1e-15)


@pytest.mark.parametrize("zeros", ["drop", "pratt"])
def test_exact_p_counts_the_sign_patterns_at_least_as_far_from_the_middle(zeros):
    for change in SMALL:
        ranks = prepost.signed_ranks(change, zeros)
        distance = np.abs(every_positive_rank_sum(ranks) - np.abs(ranks).sum() / 2)
        observed = abs(ranks[ranks > 0].sum() - np.abs(ranks).sum() / 2)
        assert prepost.exact_p(change, zeros) == close((distance >= observed).mean())


def test_splitting_zeros_and_flipping_signs_gives_pratts_exact_p():
    """The docstring of exact_p says so; here the halves of the zeros' ranks are added under every pattern."""
    for change in SMALL:
        ranks = stats.rankdata(np.abs(change))
        halves = ranks[change == 0].sum() / 2
        sums = every_positive_rank_sum(ranks[change != 0]) + halves
        distance = np.abs(sums - ranks.sum() / 2)
        observed = abs(ranks[change > 0].sum() + halves - ranks.sum() / 2)
        assert prepost.exact_p(change, "pratt") == close((distance >= observed).mean())


def test_exact_p_is_scipys_where_nothing_is_tied():
    """SciPy's exact method is right for changes without ties and zeros only."""
    untied = [change for change in SMALL if change.all() and len(set(np.abs(change))) == len(change)]
    assert len(untied) >= 30
    for change in untied:
        assert prepost.exact_p(change) == close(stats.wilcoxon(change, method="exact").pvalue)


def test_pseudo_median_interval_holds_the_shifts_that_the_exact_test_accepts():
    """SciPy's exact test of every shift between two Walsh averages, for changes without ties."""
    rng = np.random.default_rng(9)
    for confidence in (0.8, 0.95):
        for change in (rng.normal(1, 2, n) for n in range(6, 13)):
            interval = prepost.pseudo_median(change, confidence)
            walsh = np.unique([(a + b) / 2 for a in change for b in change])
            for shift in [walsh[0] - 1, *(walsh[:-1] + walsh[1:]) / 2, walsh[-1] + 1]:
                accepted = stats.wilcoxon(change - shift, method="exact").pvalue > 1 - confidence
                assert accepted == (interval["low"] < shift < interval["high"])


def enumerated_p(change):
    """Two-sided p of the sign flips of Pratt's ranks, listed one by one."""
    if not change.any():
        return 1.0
    ranks = stats.rankdata(np.abs(change))[change != 0]
    sums = every_positive_rank_sum(ranks)
    distance = abs(stats.rankdata(np.abs(change))[change > 0].sum() - ranks.sum() / 2)
    return (np.abs(sums - ranks.sum() / 2) >= distance - 1e-9).mean()


def holds(interval, value):
    """Whether a value lies in an interval of pseudo_median, the ends as it says."""
    low = value > interval["low"] or interval["low in"] and value == interval["low"]
    return bool(low and (value < interval["high"] or interval["high in"] and value == interval["high"]))


def test_interval_holds_exactly_what_the_test_does_not_reject():
    """Full enumeration at every Walsh average and between all of them: no hole, both ends as said, and the level."""
    for change in (np.round(change, 2) for change in SMALL):
        walsh = np.unique(np.round([(a + b) / 2 for a in change for b in change], 6))
        tried = np.sort(np.round([*walsh, *(walsh[:-1] + walsh[1:]) / 2, walsh[0] - 1, walsh[-1] + 1], 6))
        p = np.array([enumerated_p(np.round(change - value, 6)) for value in tried])
        for confidence in (0.9, 0.95):
            interval, accepted = prepost.pseudo_median(change, confidence), p > 1 - confidence + 1e-12
            assert [holds(interval, value) for value in tried] == list(accepted)
            if not accepted[0]:
                below, above = np.flatnonzero(accepted)[[0, -1]] + [-1, 1]
                assert interval["level"] == pytest.approx(1 - p[below] / 2 - p[above] / 2)


@oracle("results", "pseudo-median")
def test_pseudo_median_is_rs_median_of_the_walsh_averages(case, statistic, value):
    assert prepost.pseudo_median(CHANGES[case])["estimate"] == close(value)


@oracle("results", "pseudo-median low", "pseudo-median high", "pseudo-median low in", "pseudo-median high in")
def test_interval_is_what_coins_exact_test_does_not_reject(case, statistic, value):
    """coin's test of every shift, with Pratt's zeros; wilcox.test's own interval for changes without ties and zeros."""
    assert prepost.pseudo_median(CHANGES[case])[statistic.removeprefix("pseudo-median ")] == close(value)


@oracle("results", "p outside low")
def test_level_is_what_coin_leaves_outside_the_interval(case, statistic, value):
    high = R[case, "p outside high", "coin::wilcoxsign_test, inverted"]
    assert prepost.pseudo_median(CHANGES[case])["level"] == close(1 - value / 2 - high / 2)


def small_studies(count, seed):
    """Random small studies on short scales: 6 to 40 people, many ties, many zeros, ceilings."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        people, points = rng.integers(6, 41), rng.integers(2, 8)
        before = rng.binomial(points, rng.uniform(0.2, 0.95), people)
        yield (
            before,
            np.clip(before + np.rint(rng.normal(rng.choice([0, 0.4, 0.8]), rng.choice([0.4, 1, 2]), people)), 0, points),
        )


def test_test_and_interval_side_by_side_never_contradict_each_other():
    """In 500 small studies, 2,000 every week: p is at most .05 exactly if 0 is outside, in numbers and as the table prints them."""
    one = pd.DataFrame({"name": ["Measure"]}, index=["m"])
    count, outside, none = 2000 if WEEKLY else 500, 0, 0
    for before, after in small_studies(count, 3):
        table = prepost.results_table(pd.DataFrame({"m_before": before, "m_after": after}), one)
        row, change = table.iloc[0], after - before
        if not np.ptp(change):
            assert row["95% CI"] == row["level"] == "–"
            continue
        p, interval = prepost.exact_p(change), prepost.pseudo_median(change)
        assert holds(interval, 0) == (p > 0.05)
        fits = holds(interval, interval["estimate"])
        assert ("one number describes them badly" in prepost.results_paragraph(table, "Measure")) == (not fits)
        assert interval["level"] >= 0.95
        if row["95% CI"] == "none":
            assert p <= 0.05 and not fits
            none += 1
            continue
        low, high = row["95% CI"].replace("−", "-").split(" to ")
        printed = {
            "low": float(low.lstrip("> ")),
            "high": float(high.lstrip("< ")),
            "low in": low[0] != ">",
            "high in": high[0] != "<",
        }
        assert holds(printed, 0) == (p > 0.05)
        assert row["p"] == prepost.format_p(p)
        rise = np.sign(prepost.signed_ranks(change, "pratt").sum()) if change.any() else 0
        assert np.sign(float(row["Z"].replace("−", "-"))) in (rise, 0) and np.sign(float(row["r"].replace("−", "-"))) in (
            rise,
            0,
        )
        outside += p <= 0.05
    assert outside > count / 5 and none > 0


def test_fifteen_up_one_down_eighteen_the_same():
    """R 4.6.0 prints p = .0005188 and the interval 0 to 0.5 for them; 0 itself is rejected, and the table says so."""
    change = np.repeat([1, -1, 0], [15, 1, 18])
    assert prepost.exact_p(change) == pytest.approx(0.0005188, abs=5e-8)
    row = prepost.results_table(
        pd.DataFrame({"m_before": np.ones(34), "m_after": 1 + change}), pd.DataFrame({"name": ["Measure"]}, index=["m"])
    ).iloc[0]
    assert row[["p", "95% CI"]].tolist() == ["< .001", "> 0.0 to 0.5"]


def test_interval_covers_the_centre_of_symmetric_changes_as_often_as_promised_and_more_on_short_scales():
    """By simulation, 1,500 studies of 9: normal changes and whole points; the binomial error is .0056."""
    rng = np.random.default_rng(34)
    for draw, least, most in ((lambda: rng.normal(1, 2, 9), 0.935, 0.975), (lambda: 1 + rng.integers(-1, 2, 9), 0.955, 1)):
        covered = np.mean([holds(prepost.pseudo_median(draw()), 1) for _ in range(1500)])
        assert least < covered < most


def test_above_two_hundred_pairs_the_normal_curve_stands_in_and_differs_in_the_fourth_decimal():
    rng = np.random.default_rng(201)
    for _ in range(20):
        change = np.rint(rng.normal(0.4, 3, 200))
        ranks = prepost.signed_ranks(change, "pratt")
        assert abs(2 * stats.norm.sf(abs(prepost.statistics._z(ranks))) - prepost.exact_p(change)) < 0.001
        exact = prepost.pseudo_median(change)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(prepost.statistics, "EXACT_PAIRS", 199)
            normal = prepost.pseudo_median(change)
        assert abs(exact["level"] - normal["level"]) < 0.001 and exact["estimate"] == normal["estimate"]
        assert abs(exact["low"] - normal["low"]) <= 0.5 and abs(exact["high"] - normal["high"]) <= 0.5


def test_results_of_five_thousand_people_take_little_longer_than_those_of_five_hundred():
    """Work, not seconds: the test is computed 20 to 80 times, and five thousand need at most twice as many as five hundred."""
    rng = np.random.default_rng(5000)
    calls = {}
    for people in (500, 5000):
        change = rng.normal(0.2, 1, people)
        counted = []
        with pytest.MonkeyPatch.context() as patch:
            real = prepost.statistics._tails
            patch.setattr(
                prepost.statistics, "_tails", lambda values, real=real, counted=counted: counted.append(1) or real(values)
            )
            interval = prepost.pseudo_median(change)
        calls[people] = len(counted)
        assert 0 < interval["low"] < interval["high"]
    assert calls[5000] < 2 * calls[500] < 200


def test_pseudo_median_interval_is_infinite_where_no_interval_reaches_the_confidence():
    """With five pairs the widest interval leaves out 2 / 32, more than five in a hundred."""
    assert prepost.pseudo_median([1, 2, 3, 4, 5])[["estimate", "low", "high"]].tolist() == [3, -np.inf, np.inf]
    assert prepost.pseudo_median([1, 2, 3, 4, 5], confidence=1 - 2 / 32)[["estimate", "low", "high"]].tolist() == [3, 1, 5]


def test_changes_that_differ_in_the_computers_last_digits_only_are_tied():
    """By hand: sizes .2, .2, .1 and a zero; .1 + .2 - .3 is not quite zero in binary fractions, 2.3 - 2.1 not 2.4 - 2.2."""
    change = [2.3 - 2.1, 2.4 - 2.2, -0.1, 0.1 + 0.2 - 0.3]
    assert prepost.signed_rank(change)[["zeros", "W+", "W-"]].tolist() == [1, 5, 1]
    assert prepost.exact_p(change) == prepost.exact_p([2, 2, -1, 0])
    tenths, whole = prepost.pseudo_median(change, 0.5), prepost.pseudo_median([2, 2, -1, 0], 0.5)
    assert tenths[["estimate", "low", "high"]].tolist() == pytest.approx(list(whole[["estimate", "low", "high"]] / 10))
    assert tenths["low in":"level"].equals(whole["low in":"level"])


def test_an_empty_side_has_rank_sum_zero_without_a_minus():
    assert not np.signbit(prepost.signed_rank([1, 2, 3])["W-"]) and not np.signbit(prepost.signed_rank([-1, -2])["W+"])


# --- effect sizes, reliability, several tests --------------------------------------------------


@oracle("results", "rank-biserial")
def test_rank_biserial_is_that_of_effectsize_and_pingouin(case, statistic, value):
    change = CHANGES[case]
    assert prepost.rank_biserial(change) == close(value)
    table = pingouin.wilcoxon(change, np.zeros(len(change)), method="approx")
    assert prepost.rank_biserial(change) == close(table["RBC"].item())


@oracle("results", "probability of improvement")
def test_probability_of_improvement_is_rs_and_pingouins_against_no_change(case, statistic, value):
    """pingouin's CLES compares everybody with everybody; set against zeros it compares each change with no change."""
    change = CHANGES[case]
    assert prepost.probability_of_improvement(change) == close(value)
    no_change = pingouin.compute_effsize(change, np.zeros(len(change)), eftype="CLES")
    assert prepost.probability_of_improvement(change) == close(no_change)


@pytest.mark.parametrize("measure", prepost.load("instruments").index)
def test_paired_d_is_that_of_pingouin(measure):
    """pingouin divides by the root of the mean variance, so its d is turned into d_av before it is compared."""
    pairs = prepost.load("scores")[[f"{measure}_before", f"{measure}_after"]].dropna()
    before, after = pairs[f"{measure}_before"], pairs[f"{measure}_after"]
    ours = prepost.paired_d(before, after)
    assert ours["d_z"] == close(pingouin.compute_effsize(after - before, 0, eftype="cohen"))
    other = pingouin.compute_effsize(after, before, paired=True, eftype="cohen")
    root_mean_variance = np.sqrt((before.var() + after.var()) / 2)
    assert ours["d_av"] == close(other * root_mean_variance / ((before.std() + after.std()) / 2))


@pytest.mark.parametrize("measure", prepost.load("items")["instrument"].value_counts().loc[lambda k: k > 1].index)
def test_alpha_and_feldts_interval_are_those_of_pingouin(measure):
    instrument, items = prepost.load("instruments").loc[measure], prepost.load("items").query("instrument == @measure")
    responses = prepost.load("responses")
    answers = responses.loc[responses["wave"] == "before", items.index]
    turned = items.index[items["reversed"] == "yes"]
    answers[turned] = instrument["lowest"] + instrument["highest"] - answers[turned]
    alpha, interval = pingouin.cronbach_alpha(answers.dropna())
    assert prepost.cronbach_alpha(answers) == pytest.approx((alpha, *interval), abs=0.0005)


def test_holm_is_rs_on_the_four_measures():
    p_values = [R[measure, "p exact, pratt", "coin::wilcoxsign_test"] for measure in MEASURES]
    assert prepost.holm(p_values) == close([R[measure, "Holm", "stats::p.adjust"] for measure in MEASURES])


def test_holm_is_pingouins_in_any_order_and_with_ties():
    rng = np.random.default_rng(4)
    for count in range(1, 12):
        p_values = np.round(rng.uniform(0, 0.4, count), 2)
        assert prepost.holm(p_values) == close(pingouin.multicomp(p_values, method="holm")[1])


# --- the arithmetic of chapter 1 ----------------------------------------------------------------


def test_only_34_pairs_give_both_printed_values_of_r():
    """R: |Z| over the root of N for 33 to 38 pairs, and for 76 observations."""
    r = {
        (z, n): round(R["abstract", f"r of {z} with {n}", "by hand"], 2)
        for z in ("-1.964", "-2.060")
        for n in (*range(33, 39), 76)
    }
    fits = {z: {n for n in range(33, 39) if r[z, n] == printed} for z, printed in (("-1.964", 0.34), ("-2.060", 0.35))}
    assert fits == {"-1.964": {33, 34}, "-2.060": {34, 35}}
    assert (r["-1.964", 76], r["-2.060", 76]) == (0.23, 0.24)


@pytest.mark.parametrize("z, printed, digits", [(-1.964, 0.0495, 4), (-1.964, 0.050, 3), (-2.060, 0.039, 3)])
def test_printed_p_is_that_of_the_printed_z(z, printed, digits):
    """R: 2 * pnorm(Z); SciPy agrees."""
    p = R["abstract", f"p of {z:.3f}", "stats::pnorm"]
    assert round(p, digits) == printed
    assert 2 * stats.norm.cdf(z) == close(p)


# --- errors -------------------------------------------------------------------------------------

NEEDS_CHANGES = [
    prepost.signed_ranks,
    prepost.exact_p,
    prepost.signed_rank,
    prepost.rank_biserial,
    prepost.probability_of_improvement,
    prepost.pseudo_median,
    lambda change: prepost.paired_d(np.zeros_like(change), change),
]


@pytest.mark.parametrize("statistic", NEEDS_CHANGES)
@pytest.mark.parametrize(
    "change, advice",
    [
        ([1, np.nan, 2, np.nan], r"2 changes are missing.*change\.dropna\(\)"),
        ([[1, 2], [3, 4]], r"one change per person, in one column; got shape \(2, 2\)"),
        ([], "one change per person"),
    ],
)
def test_unusable_changes_are_refused_with_advice(statistic, change, advice):
    with pytest.raises(ValueError, match=advice):
        statistic(change)


def test_missing_scores_of_score_are_refused_with_advice():
    """score() marks a missing score as <NA>, not as NaN."""
    with pytest.raises(ValueError, match="1 changes are missing"):
        prepost.signed_rank(pd.Series([1, None, 2], dtype="Int64"))


@pytest.mark.parametrize("statistic", [prepost.signed_ranks, prepost.exact_p, prepost.signed_rank, prepost.rank_biserial])
def test_nothing_to_rank_is_an_error_that_says_so(statistic):
    with pytest.raises(ValueError, match="Every change is zero"):
        statistic([0, 0, 0])


@pytest.mark.parametrize("statistic", [prepost.signed_ranks, prepost.exact_p, prepost.signed_rank])
def test_an_unknown_rule_for_zeros_is_answered_with_the_known_ones(statistic):
    with pytest.raises(ValueError, match='"drop" or "pratt", not \'zsplit\''):
        statistic([1, -2, 3], zeros="zsplit")


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5, np.nan])
def test_a_confidence_that_is_no_proportion_is_refused(confidence):
    with pytest.raises(ValueError, match=r"between 0 and 1, for example 0\.95"):
        prepost.pseudo_median([1, 2, 3], confidence)
    with pytest.raises(ValueError, match=r"between 0 and 1, for example 0\.95"):
        prepost.cronbach_alpha(pd.DataFrame({"a": [1, 2, 3], "b": [1, 3, 2]}), confidence)


@pytest.mark.parametrize("p_values", [[0.01, np.nan], [0.01, 1.2], [-0.1], [[0.01], [0.02]]])
def test_holm_refuses_what_is_no_list_of_p_values(p_values):
    with pytest.raises(ValueError, match="p values from 0 to 1, none missing"):
        prepost.holm(p_values)


def test_scores_of_different_people_are_refused():
    with pytest.raises(ValueError, match=r"same people; got \(3,\) before and \(1,\) after"):
        prepost.paired_d([1, 2, 3], [2])


def test_equal_changes_have_no_standardised_size():
    with pytest.raises(ValueError, match="no standard deviation"):
        prepost.paired_d([1, 2, 3], [2, 3, 4])


@pytest.mark.parametrize("change", [[1, np.inf, 2], [1, 2, -999999999999]])
def test_a_change_beyond_any_score_is_refused(change):
    with pytest.raises(ValueError, match="typing error or a code for a gap"):
        prepost.signed_rank(change)


@pytest.mark.parametrize(
    "answers, advice",
    [
        ({"a": [1, 2, 3], "b": [2, 2, 2], "c": [3, 3, 3]}, "answered alike in b, c"),
        ({"a": [1, 2, 3], "b": [3, 2, 1]}, "items cancel out. Is a reversed item not yet reverse-scored"),
    ],
)
def test_alpha_of_items_that_do_not_vary_or_cancel_out_is_refused(answers, advice):
    with pytest.raises(ValueError, match=advice):
        prepost.cronbach_alpha(pd.DataFrame(answers))


def test_an_unknown_alternative_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match='"two-sided", "greater" or "less", not \'both\''):
        prepost.exact_p([1, -2, 3], alternative="both")


@pytest.mark.parametrize("alternative", ["greater", "less"])
def test_one_sided_exact_p_is_scipys_where_nothing_is_tied(alternative):
    for change in SMALL:
        if change.all() and len(set(np.abs(change))) == len(change):
            expected = stats.wilcoxon(change, method="exact", alternative=alternative).pvalue
            assert prepost.exact_p(change, alternative=alternative) == close(expected)


@pytest.mark.parametrize("answers", [{"a": [1, 2, 3]}, {"a": [1, None], "b": [2, 3]}])
def test_alpha_says_that_it_needs_two_people_and_two_items(answers):
    with pytest.raises(ValueError, match="at least two complete people and two items"):
        prepost.cronbach_alpha(pd.DataFrame(answers))


def test_pspp_prints_the_same_rank_sums_z_and_p_from_spss_syntax():
    """Oracle: GNU PSPP 1.6.2, a free program that reads SPSS syntax (tests/oracles/spss.sps)."""
    ranks, tests = (ORACLES / "spss.csv").read_text().split("\n\n")
    sums = [float(line.split(",")[-1]) for line in ranks.splitlines() if "Ranks," in line and "Mean" not in line]
    header, z, p = (line.split(",")[1:] for line in tests.splitlines()[1:])
    for place, measure in enumerate(MEASURES):
        ours = prepost.signed_rank(CHANGES[measure])
        assert header[place] == f"{measure}_before - {measure}_after"
        assert [ours["W+"], ours["W-"]] == sums[2 * place : 2 * place + 2]  # PSPP subtracts the other way round
        assert f"{-abs(ours['Z']):.2f}".replace("-0.", "-.") == z[place]  # of the smaller rank sum
        assert f"{ours['p']:.3f}".removeprefix("0") == p[place]
