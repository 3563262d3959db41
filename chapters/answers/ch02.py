"""What check() accepts in chapter 2, and the usual wrong answers."""

import functools

import numpy as np
from practice import pairs, right, wrong

BLOCK = 10_000  # studies, as in the chapter: all at once would fill a telephone's memory
STUDIES = 10 * BLOCK  # a share of 10,000 is compared with one of these


def margin(share):
    """Three Monte Carlo errors of the difference between the chapter's share and ours."""
    return 3 * np.sqrt(share * (1 - share) * (1 / 10_000 + 1 / STUDIES))


def one_study_a_row(people, rng):
    """True levels in a block of studies, and whole-point scores from 0 to 40 at such levels."""
    levels = rng.normal(26, 5, size=(BLOCK, people))
    return levels, lambda at: (at + rng.normal(0, 2.9, size=levels.shape)).round().clip(0, 40)


@functools.cache
def average(shares, seed):
    """Average the shares that blocks of studies give."""
    rng = np.random.default_rng(seed)
    blocks = [shares(rng) for _ in range(STUDIES // BLOCK)]
    return {name: np.mean([block[name] for block in blocks]) for name in blocks[0]}


def success(change):
    """Say for each row whether at least two thirds of those who moved rose."""
    signs = np.sign(change)
    return 3 * np.maximum(signs, 0).sum(axis=1) >= 2 * np.abs(signs).sum(axis=1)


def shares_2_2(rng):
    level, scores = one_study_a_row(34, rng)
    before, people, studies = scores(level), rng.random(size=level.shape) < 1 / 3, rng.random(size=(BLOCK, 1)) < 1 / 3
    rises = {"one in three": 3 * people, "everybody": 1, "all by 3": 3, "by 1": people, "whole studies": 3 * studies}
    return {name: success(scores(level + rise) - before).mean() for name, rise in rises.items()}


def exercise_2_2():
    share = average(shares_2_2, 22)
    some = share["one in three"]
    yield right(some, within=margin(some), say="A little less often than with an even rise.")
    yield wrong(share["everybody"], "This is the first share, with 1 point for everybody. The second is asked.")
    yield wrong(share["all by 3"], "Here everybody rises by 3 points. Only one person in three should.")
    yield wrong(share["by 1"], "Those who rise should rise by 3 points, not by 1.")
    yield wrong(
        share["whole studies"],
        "One study in three is lifted as a whole. Draw for each person: size=(10_000, 34).",
    )


def shares_2_3(rng):
    level, scores = one_study_a_row(38, rng)
    before = scores(level)
    change = scores(level) - before

    def without_lowest(key):
        order = np.argsort(key, axis=1, kind="stable")
        return np.take_along_axis(change, order[:, 4:], axis=1)

    kept = without_lowest(before)
    half_by_change = without_lowest(change + rng.normal(0, change.std(), size=change.shape))
    return {
        "failures": success(-kept).mean(),
        "successes": success(kept).mean(),
        "by chance": success(-change[:, 4:]).mean(),
        "half by change": success(half_by_change).mean(),
    }


def exercise_2_3():
    share = average(shares_2_3, 23)
    yield right(share["failures"], within=margin(share["failures"]), say="Without the low scorers, the others fall a little.")
    yield wrong(share["by chance"], "This is luck alone: lost by chance, or nobody lost. Use `lose_lowest`.")
    yield wrong(share["successes"], "This counts the successes. Turn the signs to count the failures.")
    yield wrong(share["half by change"], "This is the chapter's attrition, which looks at the change. Use `lose_lowest`.")


def exercise_2_5():
    before, after = pairs()["stigma_before"], pairs()["stigma_after"]
    change = after - before

    def ends(scores, value):
        return [value(scores.nlargest(11).index), value(scores.nsmallest(11).index)]

    moved = ends(before, lambda people: change[people].mean())
    yield right(moved, within=0.05, say="Each group moved towards the middle.")
    yield wrong(moved[::-1], "These are the two, the other way round: those with most stigma first.")
    yield wrong([-points for points in moved], "The sizes are right. Take the second score minus the first.")
    yield wrong(ends(before, lambda people: change[people].median()), "These are medians. Give the two means.")
    yield wrong(
        ends(after, lambda people: change[people].mean()),
        "You picked people by the second score. Pick by the first.",
    )
    yield wrong(ends(before, lambda people: after[people].mean()), "These are the mean second scores. Give the changes.")
    rule = ends(before, lambda people: (1 - before.corr(after)) * (before.mean() - before[people].mean()))
    yield wrong(rule, "This is what the rule predicts. Give what the two groups did.")
