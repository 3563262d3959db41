"""What check() accepts in chapter 3, and the usual wrong answers."""

import numpy as np
import prepost
from practice import change, pairs, right, wrong
from scipy import stats


def given(measure, wave="before"):
    """The answers of everybody to one instrument, not turned round, and a column of True for its reversed items."""
    items, responses = prepost.load("items"), prepost.load("responses")
    own = items[items["instrument"] == measure]
    return responses.loc[responses["wave"] == wave, own.index].astype(float), (own["reversed"] == "yes").to_numpy()


def turn_round(answers, against, ends):
    """Take the reversed items from lowest + highest, and leave the others."""
    return np.where(against, ends, 0) + answers * np.where(against, -1, 1)


def turned(measure, wave="before"):
    ends = prepost.load("instruments").loc[measure, ["lowest", "highest"]].sum()
    return turn_round(*given(measure, wave), ends)


def half_up(number):
    return np.floor(number + 0.5)


def exercise_3_1():
    answers, against = given("stigma")
    answers = answers.loc["P03"].to_numpy()
    straight, facing = answers[~against].sum(), answers[against]
    yield right(straight + (6 - facing).sum(), say=f"A plain sum would have been {answers.sum():.0f}.")
    yield wrong(answers.sum(), "This is the plain sum. Turn items 2, 6, 9 and 12 round first.")
    yield wrong(
        straight + (5 - facing).sum(),
        "Answers go from 1 to 5, so turn round with 6 − answer, not with 5 − answer.",
    )
    yield wrong(
        (6 - answers[~against]).sum() + facing.sum(),
        "You turned the eight straight items instead of the four reversed.",
    )
    yield wrong((6 - answers).sum(), "You turned all twelve items. Only four are reversed.")
    yield wrong(straight, "The reversed items count too, once they are turned round.")


def exercise_3_2():
    answers, against = given("empathy")
    plain, nine = answers.loc["P14"], turned("empathy").loc["P14"]
    by_rule, as_zero = half_up(nine.mean() * 10), nine.sum() + 4
    filled_first = nine.sum() + 4 - plain.mean()
    yield right([by_rule, as_zero], within=0.05, say="The zero makes the most empathic answer of the gap.")
    yield wrong([as_zero, by_rule], "These are the two, the other way round: the book's rule first.")
    yield wrong([nine.mean() * 10, as_zero], "The rule rounds to a whole number, halves up.")
    yield wrong(
        [nine.sum(), as_zero],
        "This is the sum of nine items. The gap counts as this person's mean on the others.",
    )
    yield wrong([by_rule, nine.sum()], "Item 5 is reversed: turned round, a 0 becomes 4.")
    yield wrong(
        [half_up(filled_first), as_zero],
        "You filled the gap before turning round. The order is: turn, then fill.",
    )
    yield wrong([half_up(plain.mean() * 10), plain.sum()], "Turn items 3, 5, 8 and 10 round first.")


def exercise_3_3():
    reversed_items = given("stigma")[1]
    off = (5 - 6) * reversed_items.sum()
    yield right(off, say="One point for each of the four reversed items.")
    yield wrong(-off, "The size is right, but 5 − answer is smaller than 6 − answer.")
    yield wrong(off / 4, "This is one item. How many are reversed?")
    yield wrong(off * 3, "Only the reversed items are turned round, not all twelve.")
    yield wrong(off * 2, "Before and after are two scores. Each is off by itself.")
    yield wrong(0, "The changes stay as they are. The scores do not.")


def exercise_3_4():
    four = turned("likelihood")
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
        alpha(turned("likelihood", "after").drop(columns="likelihood_1")),
        "These are the answers after. Take those before.",
    )


def exercise_3_5():
    before, after = (prepost.load("scores")[f"self_efficacy_{wave}"].astype(float) for wave in ("before", "after"))
    moved = change("self_efficacy").abs()

    def found(sd, reliability=0.75, factor=1.96 * np.sqrt(2)):
        limit = factor * sd * np.sqrt(1 - reliability)
        return [limit, (moved > limit).sum()]

    alpha = prepost.cronbach_alpha(turned("self_efficacy"))[0]
    yield right(found(before.std()), within=0.05, say="With a lower reliability fewer people stand out.")
    yield wrong(found(before.std(), alpha), "This is with α. The retest reliability of .75 is asked.")
    yield wrong(found(before.std(), factor=1.96), "A change holds two errors: the factor √2 is missing.")
    yield wrong(found(before.std(), factor=1), "This is the SEM, the error of one score.")
    yield wrong(found(before.std(), 0.25), "Under the root stands 1 − reliability, here .25.")
    yield wrong(found(pairs()["self_efficacy_before"].std()), "Take the SD of all 38 people before, with n − 1.")
    yield wrong(found(after.std()), "This is with the SD after. The book takes the one before.")


def exercise_3_6():
    ways = {"last": [0, 1, 2, 4, 7], "first": [0, 3, 5, 6, 7]}
    against = given("empathy")[1]

    def p_value(numbers, turn):
        totals = []
        for wave in prepost.WAVES:
            counted = turn(given("empathy", wave)[0], numbers)
            totals.append(half_up(counted.mean(axis=1) * 10))
        return prepost.signed_rank((totals[1] - totals[0]).dropna())["p"]

    def number(answers, numbers):
        return answers.replace(dict(enumerate(numbers)))

    def after_numbering(top):
        return lambda answers, numbers: turn_round(number(answers, numbers), against, top)

    found = [p_value(numbers, after_numbering(7)) for numbers in ways.values()]
    yield right(found, within=0.00005, say="The same answers, in the same order.")
    yield wrong(found[::-1], "These are the two, the other way round: the last steps longer first.")
    yield wrong(
        [p_value(numbers, lambda a, n: number(turn_round(a, against, 4), n)) for numbers in ways.values()],
        "You turned the items round first. Number the labels, then take 7 − number.",
    )
    yield wrong(
        [p_value(numbers, after_numbering(4)) for numbers in ways.values()],
        "The highest number is 7 now, so turn round with 7 − number.",
    )
    yield wrong([p_value(numbers, number) for numbers in ways.values()], "The reversed items were not turned round.")


def exercise_3_7():
    changes = [later / 5 - earlier / 5 for earlier, later in [(5, 7), (9, 11), (14, 16)]]
    yield right(len(set(changes)), say="Rounded to six decimals they are one.")
    yield wrong(
        len(set(np.round(changes, 6))),
        "On paper, and once rounded. Divide first, then subtract, and look at all digits.",
    )
    yield wrong(len(changes) - 1, "Compare all three: no two of them are equal.")
    yield wrong(0, "Count the different values, not the pairs that are equal.")


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
