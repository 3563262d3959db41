"""What check() accepts in chapter 7, and the usual wrong answers."""

import numpy as np
import prepost
from practice import change, right, wrong
from scipy import stats


def exercise_7_1():
    last = change("empathy").tail(8)
    ranks = prepost.signed_ranks(last)
    sums = [ranks[ranks > 0].sum(), -ranks[ranks < 0].sum()]
    in_order = np.sign(ranks) * (np.argsort(np.argsort(np.abs(ranks), kind="stable")) + 1)
    yield right(sums, say="They add up to 36 = 8 × 9/2.")
    yield wrong(sums[::-1], "These are the two sums, the other way round: W⁺ belongs to those who rose.")
    yield wrong([last[last > 0].sum(), -last[last < 0].sum()], "You added up the points. Rank their sizes first.")
    yield wrong(
        [in_order[in_order > 0].sum(), -in_order[in_order < 0].sum()],
        "Equal sizes share the mean of their ranks: the two fives get 3.5 each, the two sixes 5.5.",
    )


def exercise_7_2():
    moves = change("self_efficacy")
    z = -abs(prepost.signed_rank(moves)["Z"])
    sizes = moves[moves != 0].abs()
    n, ranks = len(sizes), sizes.rank()
    distance = abs(ranks[moves[moves != 0] > 0].sum() - n * (n + 1) / 4)
    everybody = stats.rankdata(moves.abs())
    yield right(z, within=0.0005, say="To three decimals it is the abstract's −2.060.")
    yield wrong(-z, "This is the Z of W⁺. The smaller of the two sums, which the abstract prints, has a negative one.")
    yield wrong(-distance / np.sqrt(n * (n + 1) * (2 * n + 1) / 24), "The tie correction is missing in the variance.")
    yield wrong(-abs(prepost.signed_rank(moves, correction=True)["Z"]), "This is Z with the continuity correction.")
    yield wrong(
        -abs(prepost.signed_rank(moves, zeros="pratt")["Z"]), "This is Pratt's Z. Here zeros are dropped before ranking."
    )
    yield wrong(
        -abs(everybody[moves > 0].sum() - 34 * 35 / 4) / np.sqrt(34 * 35 * 69 / 24),
        "The people who did not change are still in it, in the ranks and in n. Drop them first.",
    )


def exercise_7_3():
    moves = change("self_efficacy")
    yield right(prepost.exact_p(moves, zeros="drop"), within=0.00005)
    yield wrong(prepost.signed_rank(moves)["p"], "This is the approximation from Z.")
    yield wrong(prepost.signed_rank(moves, correction=True)["p"], "This is the approximation with continuity correction.")
    yield wrong(prepost.exact_p(moves, zeros="drop") / 2, "This is one tail. A two-sided p counts both.")
    yield wrong(prepost.exact_p(moves), "Exact, but with zeros ranked, as this book reports it. Here they are dropped.")
    yield wrong(
        stats.wilcoxon(moves[moves != 0], method="exact").pvalue, 'SciPy\'s method="exact" ignores the ties; use exact_p.'
    )


def exercise_7_6():
    moves = change("empathy")
    yield right(prepost.signed_rank(moves, zeros="pratt")["p"], within=0.00005, say="It is Pratt's, uncorrected.")
    yield wrong(prepost.signed_rank(moves)["p"], "Zeros dropped, uncorrected. One of the six is smaller.")
    yield wrong(stats.wilcoxon(moves, zero_method="zsplit").pvalue, "Zeros split. One of the six is smaller still.")
    yield wrong(prepost.exact_p(moves), "Pratt's rule too, but counted. The six p values here come from Z.")
    yield wrong(prepost.exact_p(moves, zeros="drop"), "This one is counted. The six p values here come from Z.")
