"""What check() accepts in chapter 9, and the usual wrong answers."""

import functools

import numpy as np
import prepost
from practice import change, pairs, right, wrong


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


def exercise_9_3():
    d_z, rho = 3.2 / np.sqrt(40), 0.8
    yield right(d_z * np.sqrt(2 * (1 - rho)), within=0.005, say="The paper printed d_z; this is d_av.")
    yield wrong(d_z, "This is the d that the paper printed: t/√N is d_z. The other one is asked for.")
    yield wrong(d_z / np.sqrt(2 * (1 - rho)), "You divided by the root. From d_z to d_av you multiply by it.")
    yield wrong(d_z * 2 * (1 - rho), "The root is missing: multiply by √(2(1 − ρ)).")
    yield wrong(d_z * np.sqrt(1 - rho), "The 2 under the root is missing: changes carry the noise of two occasions.")
    yield wrong(d_z * np.sqrt(1 - rho**2), "Under the root stands 2(1 − ρ), not 1 − ρ².")
    yield wrong(d_z * rho, "Multiplying by the correlation does not do it. Use √(2(1 − ρ)).")


@functools.cache
def drawn(how):
    """Average d_z, and d_av, over 20,000 bootstrap draws of empathy."""
    rng = np.random.default_rng(904)
    before, after = pairs()[["empathy_before", "empathy_after"]].to_numpy().T
    first, second = rng.integers(0, 34, (2, 20_000, 34))
    if how == "pairs":
        second = first
    if how == "one pot":
        before = after = np.concatenate([before, after])
        first, second = rng.integers(0, 68, (2, 20_000, 34))
    first, second = before[first], after[second]
    moves = second - first
    spread = (first.std(axis=1, ddof=1) + second.std(axis=1, ddof=1)) / 2
    return (moves.mean(axis=1) / moves.std(axis=1, ddof=1)).mean(), (moves.mean(axis=1) / spread).mean()


def exercise_9_4():
    # d_z of one draw scatters by about 0.18, so the average of 2,000 by 0.004, and that of 20,000 by 0.001
    yield right(drawn("torn")[0], within=0.018, say="About half of what the pairs give.")
    yield wrong(drawn("pairs")[0], "Your pairs are still together: draw the scores after with indices of their own.")
    yield wrong(drawn("torn")[1], "This is d_av, which the pairing does not touch. Divide by the SD of the changes.")
    yield wrong(drawn("one pot")[0], "You drew both waves from one pot of 68 scores. Draw each wave from its own 34.")


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
