"""What check() accepts in chapter 3, and the usual wrong answers."""

import numpy as np
import prepost
from practice import change, pairs, right, wrong
from scipy import stats


def given(measure, wave="before"):
    """The answers of everybody to one instrument as they were given, and a column of True for its reversed items."""
    items, responses = prepost.load("items"), prepost.load("responses")
    own = items[items["instrument"] == measure]
    return responses.loc[responses["wave"] == wave, own.index].astype(float), (own["reversed"] == "yes").to_numpy()


def reverse(answers, against, ends):
    """Take the reversed items from lowest + highest, and leave the others."""
    return np.where(against, ends, 0) + answers * np.where(against, -1, 1)


def reverse_scored(measure, wave="before"):
    ends = prepost.load("instruments").loc[measure, ["lowest", "highest"]].sum()
    return reverse(*given(measure, wave), ends)


def half_up(number):
    return np.floor(number + 0.5)


def exercise_3_1():
    answers, against = given("stigma")
    answers = answers.loc["P03"].to_numpy()
    straight, facing = answers[~against].sum(), answers[against]
    yield right(straight + (6 - facing).sum(), say=f"A plain sum would have been {answers.sum():.0f}.")
    yield wrong(answers.sum(), "This is the plain sum. Reverse-score items 2, 6, 9 and 12 first.")
    yield wrong(
        straight + (5 - facing).sum(),
        "Answers go from 1 to 5, so the reversed answer is 6 − answer, not 5 − answer.",
    )
    yield wrong(
        (6 - answers[~against]).sum() + facing.sum(),
        "You reversed the eight straight items instead of the four reverse-scored ones.",
    )
    yield wrong((6 - answers).sum(), "You reversed all twelve items. Only four are reverse-scored.")
    yield wrong(straight, "The reverse-scored items count too, once they are reversed.")


def exercise_3_2():
    answers, against = given("empathy")
    plain, nine = answers.loc["P14"], reverse_scored("empathy").loc["P14"]
    by_rule, as_zero = half_up(nine.mean() * 10), nine.sum() + 4
    filled_first = nine.sum() + 4 - plain.mean()
    yield right([by_rule, as_zero], within=0.05, say="The zero has made a missing value the most empathic answer there is.")
    yield wrong([as_zero, by_rule], "These are the right two in the wrong order: the book's rule comes first.")
    yield wrong([nine.mean() * 10, as_zero], "The rule rounds to a whole number, halves up.")
    yield wrong(
        [nine.sum(), as_zero],
        "This is the sum of nine items. The missing one counts as this person's mean on the others.",
    )
    yield wrong([by_rule, nine.sum()], "Item 5 is reverse-scored, so that a 0 becomes 4.")
    yield wrong(
        [half_up(filled_first), as_zero],
        "You filled in before reversing. Reverse-score first, then fill in.",
    )
    yield wrong([half_up(plain.mean() * 10), plain.sum()], "Reverse-score items 3, 5, 8 and 10 first.")


def exercise_3_3():
    reversed_items = given("stigma")[1]
    off = (5 - 6) * reversed_items.sum()
    yield right(off, say="One point for each of the four reverse-scored items.")
    yield wrong(-off, "The size is right, but 5 − answer is smaller than 6 − answer.")
    yield wrong(off / 4, "This is one item. How many are reverse-scored?")
    yield wrong(off * 3, "Only four items are reverse-scored, not all twelve.")
    yield wrong(off * 2, "The two surveys give two scores. Each is off by itself.")
    yield wrong(0, "The changes stay as they are. The scores do not.")


def exercise_3_4():
    four = reverse_scored("likelihood")
    three = four.drop(columns="likelihood_1")
    inside = three.var().sum()

    def alpha(answers):
        return prepost.cronbach_alpha(answers)[0]

    yield right(alpha(three), within=0.005, say=f"With all four it was {alpha(four):.2f}.")
    yield wrong(alpha(four), "This is α of all four vignettes.")
    yield wrong(4 / 3 * (1 - inside / three.sum(axis=1).var()), "Three items are left, so k is 3.")
    yield wrong(3 / 2 * (1 - inside / four.sum(axis=1).var()), "The sum must leave the first vignette out too.")
    yield wrong(
        alpha(four.drop(columns="likelihood_2")),
        "You left out the second vignette. Columns are counted from 0.",
    )
    yield wrong(
        alpha(reverse_scored("likelihood", "after").drop(columns="likelihood_1")),
        "These are the answers to the second survey. Take those to the first.",
    )


def exercise_3_5():
    before, after = (prepost.load("scores")[f"self_efficacy_{wave}"].astype(float) for wave in ("before", "after"))
    moved = change("self_efficacy").abs()

    def found(sd, reliability=0.75, factor=1.96 * np.sqrt(2)):
        limit = factor * sd * np.sqrt(1 - reliability)
        return [limit, (moved > limit).sum()]

    alpha = prepost.cronbach_alpha(reverse_scored("self_efficacy"))[0]
    yield right(found(before.std()), within=0.05, say="With a lower reliability fewer people stand out.")
    yield wrong(found(before.std(), alpha), "This is with α. Take the retest reliability of .75.")
    yield wrong(found(before.std(), factor=1.96), "A change holds two errors: the factor √2 is missing.")
    yield wrong(found(before.std(), factor=1), "This is the SEM, the error of one score.")
    yield wrong(found(before.std(), 0.25), "Under the root stands 1 − reliability, here .25.")
    yield wrong(found(pairs()["self_efficacy_before"].std()), "Take the SD of all 38 people in the first survey, with n − 1.")
    yield wrong(found(after.std()), "This is with the SD of the second survey. The book takes that of the first.")


def exercise_3_6():
    against = given("empathy")[1]

    def p_value(*numbers):
        totals = []
        for wave in prepost.WAVES:
            counted = given("empathy", wave)[0].replace(dict(enumerate(numbers)))
            totals.append(half_up(reverse(counted, against, numbers[-1]).mean(axis=1) * 10))
        return prepost.signed_rank((totals[1] - totals[0]).dropna())["p"]

    last, first, equal = p_value(0, 1, 2, 4, 7), p_value(0, 3, 5, 6, 7), p_value(0, 1, 2, 3, 4)
    yield right([last, first], within=0.00005, say="The same answers, in the same order.")
    yield wrong([first, last], "These are the right two in the wrong order: the last steps longer first.")
    yield wrong([last, equal], "The second is p with equal steps. Take 0, 3, 5, 6, 7.")
    yield wrong([equal, first], "The first is p with equal steps. Take 0, 1, 2, 4, 7.")


def exercise_3_8():
    after, before = pairs()["stigma_after"], pairs()["stigma_before"]

    def p_value(sizes, correction=False):
        return stats.wilcoxon(sizes, correction=correction, method="approx").pvalue

    in_means = after / 12 - before / 12
    yield right(p_value(in_means), within=0.00005, say=f"From sums it is {p_value(after - before):.4f}.")
    yield wrong(p_value(after - before), "This is p from sums. Divide each score by 12 before you subtract.")
    yield wrong(p_value(after / 10 - before / 10), "Stigma has twelve items, not ten.")
    yield wrong(p_value(in_means, correction=True), "This is with the continuity correction. The book goes without.")
    yield wrong(
        p_value((after / 12).round(2) - (before / 12).round(2)),
        "You rounded the means to two decimals before subtracting. That makes new differences.",
    )
