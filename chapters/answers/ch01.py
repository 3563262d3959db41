"""What check() accepts in chapter 1, and the usual wrong answers."""

import numpy as np
import prepost
from practice import right, wrong
from scipy import stats


def both_tails(*zs):
    return [2 * stats.norm.sf(abs(z)) for z in zs]


def whole_numbers(z, smallest_r, largest_r):
    """The first and the last N whose r lies within the bounds."""
    return [np.ceil((z / largest_r) ** 2), np.floor((z / smallest_r) ** 2)]


def exercise_1_1():
    fits = both_tails(-2.415, -2.405)
    yield right(fits, within=0.00005, say="Everything in between prints as .016.")
    yield wrong(fits[::-1], "These are the two, the other way round: the larger |Z| has the smaller p.")
    yield wrong(both_tails(-2.41, -2.41), "This takes the printed Z as exact. Use the two ends, −2.415 and −2.405.")
    yield wrong(both_tails(-2.42, -2.40), "The ends are half a hundredth away from −2.41, not a whole one.")
    yield wrong([p / 2 for p in fits], "This is one tail. A two-sided p counts both.")
    yield wrong([2 - p for p in fits], "A p value is at most 1. Double the area left of the negative Z.")


def exercise_1_2():
    fits = whole_numbers(2.41, 0.375, 0.385)
    yield right(fits, within=0.05, say="39 would have printed as .39, 42 as .37.")
    yield wrong(fits[::-1], "These are the two, the other way round: the smaller one first.")
    yield wrong([(2.41 / r) ** 2 for r in (0.385, 0.375)], "These are the bounds. Keep the whole numbers between them.")
    yield wrong(whole_numbers(2.41, 0.38, 0.39), "A printed .38 is rounded, not cut off: it stands for .375 to .385.")
    yield wrong([2 * n for n in fits], "These are questionnaires, two for each pair.")
    yield wrong([52 - n for n in fits[::-1]], "This is how many of the 52 are missing. How many pairs are left?")


def exercise_1_3():
    two_sided = both_tails(-1.71)[0]
    yield right(two_sided, within=0.0005, say="It is twice what was printed.")
    yield wrong(two_sided / 2, "This is one tail, and what the abstract printed. Its tests are called two-sided.")
    yield wrong(1 - two_sided, "This is the area between −1.71 and 1.71. You want what lies outside.")
    yield wrong(2 - two_sided, "A p value is at most 1. Double the area left of the negative Z.")
    yield wrong(stats.norm.pdf(1.71), "This is the height of the curve at Z; norm.cdf gives an area.")


def exercise_1_4():
    z = abs(prepost.load("published").loc["empathy", "z"])
    r = z / np.sqrt(340)
    yield right(r, within=0.005, say="A third of .34, with the same p.")
    yield wrong(z / np.sqrt(680), "This counts questionnaires, two for each pair. N is the number of pairs.")
    yield wrong(
        z / np.sqrt(34),
        "This is r with the abstract's 34 pairs. With more pairs the same Z makes a smaller r.",
    )
    yield wrong(z / np.sqrt(34) / 10, "Ten times the pairs divide r by the root of ten, not by ten.")
    yield wrong(z / 340, "Divide by the square root of N.")
    yield wrong(both_tails(z)[0], "This is p, which stays as it was. The number asked for is r.")


def exercise_1_7():
    p = both_tails(-2.63)[0]
    say = "The other two are above .05, and that is all it takes."
    yield right(prepost.holm([p, 0.06, 0.06])[0], within=0.0007, say=say)  # Z is rounded: .0252 to .0260
    yield wrong(3 * 0.009, "You multiplied the printed p, which is rounded. Begin with Z.")
    yield wrong(p, "This is p before it has paid for three tests.")
    yield wrong(3 * p / 2, "This is one tail, times three. A two-sided p counts both.")
    yield wrong(4 * p, "Four outcomes are those of the peer supporters. Count the outcomes of this abstract.")
    yield wrong(2 * p, "The smallest of three p values is multiplied by 3; by 2 it would be the second.")
    yield wrong(p / 3, "You divided. Holm multiplies p, or else divides the limit of .05.")
