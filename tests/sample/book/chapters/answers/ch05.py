"""What check() accepts in chapter 5, and the usual slips."""

import prepost
from practice import right, wrong


def exercise_5_1():
    scores = prepost.load("scores")
    both, strain = (len(scores[[f"{name}_before", f"{name}_after"]].dropna()) for name in ("feedback", "strain"))
    yield right(both)
    yield wrong(strain, "This is the number for strain.")
    yield wrong(2 * both, "These are questionnaires. Two of them make a pair.")


def exercise_5_2():
    scores = prepost.load("scores")[["strain_before", "strain_after"]].dropna()
    change = scores["strain_after"] - scores["strain_before"]
    far = [sum(change <= -3), sum(change >= 3)]
    yield right(far)
    yield wrong(far[::-1], "These are the two, the other way round.")
    yield wrong([sum(change < -3), sum(change > 3)], "Three points or more includes three.")
