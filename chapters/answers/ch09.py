"""What check() accepts in chapter 9, and the usual wrong answers."""

import functools

import numpy as np
import prepost
from practice import change, right, wrong
from scipy import stats


def exercise_9_1():
    four = np.array([-1, 2, 3, 8])
    first, second = np.triu_indices(4)
    walsh = (four[first] + four[second]) / 2
    other = walsh[first != second]
    ticks = int((walsh > 0).sum())
    full_square = (four[:, None] + four) / 2
    yield right(
        [prepost.pseudo_median(four)["estimate"], ticks], within=0.005, say="The count is W⁺, as nothing is tied or zero."
    )
    yield wrong([np.median(other), int((other > 0).sum())], "Six averages are too few: pair each person with themselves too.")
    yield wrong(
        [np.median(full_square), int((full_square > 0).sum())],
        "The estimate is right; you counted in the whole square. Count each pair once, in one triangle.",
    )
    yield wrong([four.mean(), ticks], "The count is right; the first is the mean. Take the middle of the ten averages.")
    yield wrong(
        [np.median(four), ticks],
        "The count is right; the first is the median of the four changes. Take the middle of the ten averages.",
    )
    yield wrong([2 * np.median(walsh), ticks], "The count is right; you took sums. Halve them to get averages.")


def exercise_9_2():
    moves = change("self_efficacy")
    plus, minus = prepost.signed_rank(moves)[["W+", "W-"]]
    yield right(prepost.rank_biserial(moves), within=0.005)
    yield wrong(plus / (plus + minus), "This is the share of rank points that the risers hold. Subtract the fallers' share.")
    yield wrong(minus / (plus + minus), "This is the fallers' share of the rank points. Subtract it from the risers' share.")
    yield wrong(plus / minus, "This is the ratio of the two sums. Divide their difference by their total.")
    yield wrong(
        (plus - minus) / (34 * 35 / 2), "You divided by the rank points of 34 people. The five without change have none."
    )
    yield wrong(prepost.signed_rank(moves)["r"], "This is r, Z over the root of N. The rank-biserial needs no Z.")


@functools.cache
def redrawn(function, measure, moved_only=False, turned=False):
    """Ends of the BCa interval, as the chapter's cell gives them."""
    moves = change(measure)
    moves = moves[moves != 0] if moved_only else -moves if turned else moves
    return list(
        stats.bootstrap((moves,), function, n_resamples=9999, random_state=np.random.default_rng(904)).confidence_interval
    )


def exercise_9_4():
    share = prepost.probability_of_improvement  # an end moves by a step of 1/68 from seed to seed
    yield right(redrawn(share, "likelihood"), within=0.02, say="It holds .50: as many up as down is not ruled out.")
    yield wrong(redrawn(share, "empathy"), "This is the interval for empathy. Take the changes in the likelihood to assist.")
    yield wrong(redrawn(share, "likelihood", moved_only=True), "You left out the 14 who did not change. All 34 can be drawn.")
    yield wrong(
        redrawn(share, "likelihood", turned=True), "This is the chance of a fall: take the second score minus the first."
    )
    yield wrong(
        redrawn(prepost.rank_biserial, "likelihood"),
        "This is the interval of the rank-biserial. Give SciPy prepost.probability_of_improvement.",
    )
    yield wrong(redrawn(share, "likelihood")[::-1], "The other way round: the lower end comes first.")


def exercise_9_5():
    moves = change("empathy").to_numpy()
    copied, padded = np.tile(moves, 2), np.append(moves, np.zeros(34))
    z = [abs(prepost.signed_rank(cohort)["Z"]) for cohort in (copied, padded)]
    biserial = [prepost.rank_biserial(cohort) for cohort in (copied, padded)]
    yield right(
        [prepost.signed_rank(cohort)["r"] for cohort in (copied, padded)],
        within=0.005,
        say="Copies leave r alone; people without change pull it down.",
    )
    yield wrong([each / np.sqrt(34) for each in z], "You divided by √34. Either cohort has 68 people.")
    yield wrong(
        [z[0] / np.sqrt(56), z[1] / np.sqrt(28)],
        "You divided by the root of the people who moved. N counts all pairs, 68 in either cohort.",
    )
    yield wrong(biserial, "These are the rank-biserials, and they hardly move. For r divide Z by √68.")
    yield wrong([prepost.signed_rank(cohort)["r"] for cohort in (padded, copied)], "The other way round: the copies first.")
    yield wrong(z, "These are the sizes of Z. For r divide each by √68.")
