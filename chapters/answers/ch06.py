"""What check() accepts in chapter 6, and the usual wrong answers."""

import numpy as np
import prepost
from practice import change, pairs, right, wrong
from scipy import stats


def by_flips(moves, far):
    """Share of sign patterns whose sum is `far`, by the module's convolution: W⁺ of the points in place of ranks."""
    probability = prepost.flip_distribution(moves)
    sums = np.arange(len(probability)) - moves.abs().sum()
    return probability[far(sums)].sum()


def exercise_6_2():
    moves = change("self_efficacy")
    rose, fell = (moves > 0).sum(), (moves < 0).sum()
    coins = stats.binom(rose + fell, 0.5)
    yield right(stats.binomtest(rose, rose + fell).pvalue, within=0.00005)
    yield wrong(coins.sf(rose - 1), "This is one tail. A two-sided p counts both.")
    yield wrong(2 * coins.sf(rose), f"You began one too late: {rose} itself belongs to the tail.")
    yield wrong(2 * coins.pmf(rose), f"This is the chance of just {rose}, doubled. Add those further out.")
    yield wrong(
        stats.binomtest(rose, len(moves)).pvalue,
        "You counted those who did not change as if they had fallen. Toss a coin only for who moved.",
    )
    yield wrong(
        stats.binomtest(len(moves) - fell, len(moves)).pvalue,
        "You counted those who did not change as if they had risen. Toss a coin only for who moved.",
    )


def exercise_6_3():
    others = [change(measure) for measure in ["self_efficacy", "stigma", "likelihood"]]
    exact = [by_flips(moves, lambda sums: abs(sums) >= abs(moves.sum())) for moves in others]
    yield right(exact, within=0.00005, say="Only the first is below .05.")
    yield wrong([p / 2 for p in exact], "These are single tails. A two-sided p counts both.")
    yield wrong(
        [by_flips(moves, lambda sums: sums >= moves.sum()) for moves in others],
        "You counted the sums from ours upwards only. Compare sizes: abs(t) >= abs(other.sum()).",
    )
    yield wrong(
        [by_flips(moves, lambda sums: abs(sums) > abs(moves.sum())) for moves in others],
        "You left out the sums that are just as far as ours: >= in place of >.",
    )
    yield wrong(
        [stats.binomtest((moves > 0).sum(), (moves != 0).sum()).pvalue for moves in others],
        "These are sign tests. Here every person has as many votes as points.",
    )


def exercise_6_5():
    level = 0.05  # under the null p is uniform, so the share of p / 2 <= .05 is .10
    say = "Either tail may set her off, and each does in 5% of the studies."
    yield right(2 * level, within=4 * np.sqrt(0.09 / 20_000), say=say)
    yield wrong(level, "This is how often the two-sided p is .05 or less. Hers is half as large.")
    yield wrong(level / 2, "You doubled p. On the side where the mean lies, the one-sided p is half the two-sided one.")
    yield wrong(1 - 2 * level, "This is how often she finds nothing.")


def exercise_6_8():
    before, after = (
        np.array([pairs()[f"{measure}_{wave}"] for measure in ["self_efficacy", "stigma", "likelihood"]]).T
        for wave in ["before", "after"]
    )
    errors = stats.sem(before), stats.sem(after), stats.sem(after - before)
    factors = (errors[0] ** 2 + errors[1] ** 2) / errors[2] ** 2
    correlations = [stats.pearsonr(*both).statistic for both in zip(before.T, after.T)]
    yield right(factors, within=0.05, say="The more a person's two scores have in common, the larger the factor.")
    yield wrong(np.sqrt(factors), "These are the errors, one over the other. The number of people goes with the square.")
    yield wrong(1 / factors, "You put the pairs on top. How many times *more* people do the piles need?")
    yield wrong(factors / 2, "A difference holds the error of both piles: add the two variances, do not average them.")
    yield wrong(correlations, "These are the correlations. They explain the factors, but they are not the factors.")
    yield wrong(factors - 1, "This is how many times more people, on top of those you have. Give the whole factor.")
