"""What check() accepts in chapter 10, and the usual wrong answers."""

import numpy as np
import prepost
from practice import change, right, wrong
from scipy import stats


def halves(moves, bound):
    """The two one-sided p values of an equivalence test: not as low as -bound, not as high as bound."""
    return [prepost.exact_p(moves + bound, alternative="greater"), prepost.exact_p(moves - bound, alternative="less")]


def approximate(moves, bound):
    """The larger one, as SciPy gives it with the zeros dropped and the normal curve."""
    tests = [stats.wilcoxon(side, alternative="greater", method="approx") for side in (moves + bound, bound - moves)]
    return max(test.pvalue for test in tests)


def exercise_10_1():
    moves = change("self_efficacy")
    p = max(halves(moves, 2.5))
    yield right(p, within=0.0005, say="Was your own bound one that a score can hit?")
    yield wrong(min(halves(moves, 2.5)), "This is the smaller of the two one-sided p values. The larger one counts.")
    yield wrong(2 * p, "This is doubled. Each half of an equivalence test is one-sided.")
    yield wrong(max(halves(moves, 2)), "This belongs to a bound of 2 points. Here give the one for 2.5.")
    yield wrong(approximate(moves, 2.5), "This is the normal approximation, zeros dropped. Use the exact test: equivalence_p.")
    yield wrong(prepost.exact_p(moves), "This is the p value of no change. Move the changes by the bound first.")
    yield wrong(max(halves(change("empathy"), 2.5)), "The bound is right; these are the changes of empathy.")


def exercise_10_2():
    p, factors = np.array([0.012, 0.030, 0.041]), np.array([3, 2, 1])
    holm, bh = prepost.holm(p), stats.false_discovery_control(p)
    yield right([*holm, *bh], within=0.0005, say="By Holm one is below .05, by BH all three.")
    yield wrong([*bh, *holm], "The other way round: Holm's three come first.")
    yield wrong([*(3 * p), *bh], "BH is right; the first three are Bonferroni's. Holm multiplies by 3, then 2, then 1.")
    yield wrong([*(factors * p), *bh], "BH is right. Holm never lets a later value be smaller than an earlier one.")
    yield wrong([*holm, *(3 / factors[::-1] * p)], "Holm is right. BH never lets a value be larger than the one above it.")
    yield wrong(
        [*(factors * p), *(3 / factors[::-1] * p)],
        "The products are right, the steps are missing: Holm carries up from the smallest, BH down from the largest.",
    )


def exercise_10_4():
    moves = change("stigma")
    first = moves.head(12)
    p = max(halves(first, 3))
    yield right(p, within=0.005)
    yield wrong(min(halves(first, 3)), "This is the smaller of the two one-sided p values. The larger one counts.")
    yield wrong(prepost.exact_p(first), "This is the p value of no change. Use equivalence_p with the bound.")
    yield wrong(2 * p, "This is doubled. Each half of an equivalence test is one-sided.")
    yield wrong(max(halves(moves, 3)), "This is the whole cohort. Take the first 12 people.")
    yield wrong(max(halves(moves.tail(12), 3)), "These are the last 12 people. Take the first 12.")


def exaggeration(truth, people):
    """Average size of a significant estimate over the truth, by summing over the normal curve."""
    error = change("empathy").std() / np.sqrt(people)
    estimates = np.linspace(-12, 20, 200_001)  # in standard errors
    chance = stats.norm.pdf(estimates, truth / error) * (np.abs(estimates) > 1.96)
    return np.average(np.abs(estimates), weights=chance) * error / truth


def exercise_10_5():
    error = change("empathy").std() / np.sqrt(136)
    factor = exaggeration(0.7, 136)
    yield right(factor, within=0.005, say="With 34 pairs it was 2.5.")
    yield wrong(exaggeration(0.7, 34), "This is the factor for 34 pairs. The standard error is smaller now.")
    yield wrong(
        exaggeration(0.7, 16 * 34),
        "The true change is 0.7, and four times the people halve the standard error: one of the two you took otherwise.",
    )
    yield wrong(
        stats.norm.sf(1.96 - 0.7 / error) + stats.norm.sf(1.96 + 0.7 / error),
        "This is the power. The factor by which estimates exaggerate is type M.",
    )
    yield wrong(factor - 1, "This is the excess. Give the factor: the average significant estimate over the truth.")
    yield wrong(0.7 * factor, "This is the average significant estimate in points. Divide it by the truth.")


def exercise_10_7():
    z = stats.norm.isf(0.31 / 2)

    def nearer(limit, spread=np.sqrt(2)):
        """Chance that the second Z lies within the limit, on either side of zero, if it scatters around the first."""
        return stats.norm.cdf(limit, 1.964, spread) - stats.norm.cdf(-limit, 1.964, spread)

    share = nearer(z)
    yield right(share, within=0.005, say="It is no rare sight after a first p of .050.")
    yield wrong(nearer(z, 1), "This takes the first Z for the truth. It has luck of its own, so Z scatters by √2.")
    yield wrong(nearer(stats.norm.isf(0.025)), "This is how often the second p is above .05. Here the question is about .31.")
    yield wrong(1 - share, "This is how often the second p is below .31.")
    yield wrong(
        0.31,
        "This is p itself: it is computed as if nothing but chance were at work, whatever the first study found.",
    )
    yield wrong(
        stats.norm.cdf(z, 1.964, np.sqrt(2)),
        "You counted clear falls too. Their Z is low, and their p is small.",
    )
