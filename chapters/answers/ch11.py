"""What check() accepts in chapter 11, and the usual wrong answers."""

import numpy as np
from practice import change, right, wrong
from scipy import stats

PAIRS = np.arange(5, 3000)


def power(pairs, effect, alpha=0.05, efficiency=3 / np.pi):
    """Power of the signed-rank test; of the paired t test with an efficiency of 1."""
    pairs = efficiency * pairs
    return stats.nct.sf(stats.t.ppf(1 - alpha / 2, pairs - 1), pairs - 1, effect * np.sqrt(pairs))


def needed(wanted, effect, **how):
    return PAIRS[power(PAIRS, effect, **how) >= wanted][0]


def pencil(effect, certain=0.84, edge=1.96):
    return np.ceil(((edge + certain) / effect) ** 2)


def exercise_11_1():
    both = needed(0.8, 0.5)
    yield right([pencil(0.5), both])
    yield wrong([pencil(0.5) - 1, both], "Round up, even from 31.4: by this formula 31 pairs fall short of 80%.")
    for unrounded in [(2.8 / 0.5) ** 2, 31.4]:  # the second as printed
        yield wrong([unrounded, both], "There is no part of a pair: round up.")
    yield wrong(
        [pencil(0.5), needed(0.8, 0.5, efficiency=1)],
        "The second has the correction for t only; the ranks are missing.",
    )
    yield wrong([pencil(0.5, certain=1.28), needed(0.9, 0.5)], "These are the pairs for 90% power.")
    yield wrong(
        [pencil(0.5, certain=0), both],
        "The 0.84 is missing: with this first number the power is only one half.",
    )
    yield wrong([both, pencil(0.5)], "The right numbers, the other way round: the one by hand comes first.")


def short_scale(pairs, lowest=4, highest=20, gain=0.8, studies=8000):
    """In which share of simulated studies on the likelihood's scale the signed-rank test is significant."""
    rng = np.random.default_rng(1102)
    level = 18 + 2.7 * rng.normal(size=(studies, pairs))
    before = np.clip(np.rint(level + 1.3 * rng.normal(size=level.shape)), lowest, highest)
    after = np.clip(np.rint(level + gain + 1.3 * rng.normal(size=level.shape)), lowest, highest)
    return (stats.wilcoxon(after - before, axis=1, method="approx").pvalue <= 0.05).mean()


def exercise_11_2():
    ends, endless = short_scale(70), short_scale(70, -100, 100)
    yield right([ends, endless], within=0.032, say="The ends of the scale cost the difference.")
    yield wrong([endless, ends], "The two have changed places: the real scale comes first.")
    yield wrong([ends, ends], "The second is still the real scale. Run the copied cell with its ends at −100 and 100.")
    yield wrong(
        [endless, endless],
        "The first has lost its ends, too: give the copy another name, or run the cell with 4 and 20 again.",
    )
    yield wrong([100 * ends, 100 * endless], "These are percentages. Give shares between 0 and 1.")
    yield wrong([short_scale(34), short_scale(34, -100, 100)], "These are studies with 34 people; take 70.")
    yield wrong([1 - ends, 1 - endless], "These are the shares of the studies that miss the gain.")


def certain_of(pairs, stays, wanted=0.9):
    people = np.arange(pairs, 12 * pairs)
    return people[stats.binom.sf(pairs - 1, people, stays) >= wanted][0]


def exercise_11_3():
    sure = certain_of(96, 0.75)
    yield right([96 / 0.75, sure], say="90% certainty costs nine people more than the average.")
    yield wrong([96 * 1.25, sure], "A quarter of 120 is 30, so only 90 stay. Divide by the share that stays.")
    yield wrong(
        [96 / 0.75, certain_of(97, 0.75)],
        "This is enough for 97 pairs; 96 are needed.",
    )
    yield wrong([96 / 0.75, certain_of(96, 0.75, wanted=0.95)], "The second is for 95% certainty.")
    yield wrong([96 / 0.25, certain_of(96, 0.25)], "You divided by the share that leaves; three quarters stay.")


def exercise_11_4():
    moves = change("self_efficacy")

    def needed_for(sd, width=1, share=0.975):
        return PAIRS[stats.t.ppf(share, PAIRS - 1) * sd / np.sqrt(PAIRS) <= width][0]

    yield right(needed_for(moves.std()))
    yield wrong(
        np.ceil((1.96 * moves.std()) ** 2),
        "This is the pencil formula. With *t* instead of 1.96 it takes two pairs more.",
    )
    yield wrong(needed_for(3), "You rounded the standard deviation to 3.0 on the way. Take it from the data as it is.")
    yield wrong(needed_for(moves.std(ddof=0)), "The standard deviation was divided by N; take N − 1, as pandas does.")
    yield wrong(needed_for(change("empathy").std()), "This is for empathy.")
    yield wrong(
        needed_for(moves.std(), width=0.5),
        "One point is wanted to *either* side; this interval is one point wide in all.",
    )
    yield wrong(
        needed_for(moves.std(), share=0.95),
        "This is for a 90% interval. Of a 95% interval 2.5% are left out on either side.",
    )


def exercise_11_5():
    effect = change("empathy").mean() / change("empathy").std()
    yield right(needed(0.8, effect, alpha=0.05 / 4))
    yield wrong(needed(0.8, effect), "This is for one outcome at .05. Give Holm's strictest level as alpha.")
    yield wrong(
        needed(0.8, effect, alpha=0.05 / 4, efficiency=1),
        "This is for the t test; the ranks cost a few pairs more.",
    )
    yield wrong(
        needed(0.8, effect, alpha=0.05 * 4),
        "The level has moved the wrong way: divide .05 by the number of outcomes.",
    )
    yield wrong(
        needed(0.8, effect, alpha=0.05 / 2),
        "This divides .05 by 2. Four outcomes are tested, and the 2 in isf(0.05 / 4 / 2) is for the two sides.",
    )
    yield wrong(needed(0.9, effect, alpha=0.05 / 4), "This is for 90% power.")
    yield wrong(needed(0.8, effect / 2, alpha=0.05 / 4), "This is for half of the effect seen.")
