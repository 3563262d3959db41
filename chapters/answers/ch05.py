"""What check() accepts in chapter 5, and the usual wrong answers."""

import prepost
from practice import change, pairs, right, wrong


def exercise_5_1():
    last = pairs().tail(8)
    before, after = last["empathy_before"], last["empathy_after"]
    moves = change("empathy").tail(8)
    middle, apart = moves.median(), after.median() - before.median()
    unsorted = after.iloc[3:5].mean() - before.iloc[3:5].mean()
    yield right([middle, apart], say="The second can be had without the pairs, the first cannot.")
    yield wrong([apart, middle], "These are the two, the other way round: the median of the changes comes first.")
    yield wrong([moves.mean(), after.mean() - before.mean()], "These are means. Order the values and take the middle.")
    yield wrong([moves.abs().median(), apart], "You ordered the sizes. Falls keep their minus sign and come first.")
    yield wrong(
        [moves.iloc[3:5].mean(), unsorted],
        "You took the middle of the table as it stands. Put the values in order first.",
    )
    yield wrong([-middle, -apart], "You took the first score minus the second, which makes a rise negative.")


def exercise_5_2():
    before, after = pairs()["self_efficacy_before"], pairs()["self_efficacy_after"]
    mean, middle = change("self_efficacy").mean(), change("self_efficacy").median()
    apart = after.median() - before.median()
    everybody, other = prepost.load("scores"), change("empathy")
    all_before, all_after = everybody["self_efficacy_before"], everybody["self_efficacy_after"]
    yield right([mean, middle, apart], within=0.005)
    yield wrong(
        [all_after.mean() - all_before.mean(), middle, all_after.median() - all_before.median()],
        "You took all 38 first scores but fewer second ones. Keep the complete pairs.",
    )
    yield wrong([middle, mean, apart], "Mean and median of the changes have changed places: the mean comes first.")
    yield wrong([mean, apart, middle], "The last two have changed places: the difference of the medians comes last.")
    yield wrong([-mean, -middle, -apart], "You took the first score minus the second, which makes a rise negative.")
    yield wrong(
        [other.mean(), other.median(), pairs()["empathy_after"].median() - pairs()["empathy_before"].median()],
        "These are the numbers of empathy.",
    )


def exercise_5_3():
    empathy, confidence = change("empathy") > 0, change("self_efficacy") > 0
    n, both = len(empathy), (empathy & confidence).sum()
    expected = empathy.mean() * confidence.mean() * n
    yield right([both, expected], within=0.05, say="The two could hardly be nearer to each other.")
    yield wrong([(empathy | confidence).sum(), expected], 'This counts who improved on one or the other; "and" is &.')
    yield wrong([both, round(expected)], "Leave the expected number as it is: nobody has to be a whole person there.")
    yield wrong([both, empathy.sum() * confidence.sum() / 38], "You divided by all who started. There are 34 pairs.")
    yield wrong([both, n / 4], "This takes each improvement for a fair coin. Use how many improved on each measure.")
    yield wrong([both / n, expected / n], "These are shares. Give numbers of people.")


def exercise_5_4():
    moves = change("empathy")
    counts = {points: ((moves >= points).sum(), (moves <= -points).sum()) for points in range(1, 11)}
    suits = next(points for points, (gained, lost) in counts.items() if gained == 7 * lost > 0)

    def said(points):
        gained, lost = counts[points]
        return f"At {points} points, {gained} improved and {lost} got worse."

    yield right(suits, say=said(suits))
    yield wrong(7, f"{said(7)} Seven is the ratio to be reached.")
    yield wrong(suits - 1, f"{said(suits - 1)} Look one step further.")
    yield wrong(1, "If every point counts, about twice as many improved as got worse, not seven times as many.")
    yield wrong(9, f"{said(9)} There is nobody left to divide by.")


def exercise_5_5():
    before, after = pairs()["stigma_before"], pairs()["stigma_after"]
    moves, average = change("stigma"), (before + after) / 2
    yield right(average.corr(moves), within=0.005, say="Most of the −.55 was built in.")
    yield wrong(before.corr(moves), "This is still the correlation with the first score.")
    yield wrong(after.corr(moves), "This is with the second score, which leans the other way for the same reason.")
    yield wrong(before.corr(after), "This is how the two scores go together. Correlate the change with their average.")
    yield wrong(-average.corr(moves), "The size is right. The change is the second score minus the first.")
    yield wrong(average.corr(moves, method="spearman"), "This is the correlation of the ranks.")


def exercise_5_7():
    scores = pairs()[["likelihood_before", "likelihood_after"]]
    people = scores.value_counts()
    yield right(len(people), say=f"One of them alone stands for {people.max()} people.")
    yield wrong(len(scores), "This is how many people there are. Some of them have the same two scores.")
    yield wrong((people == 1).sum(), "These lines belong to one person each. Count the shared ones too, once each.")
    yield wrong((people > 1).sum(), "These lines are shared. Count those with a single person too.")
    yield wrong(
        change("likelihood").nunique(),
        "This is how many different changes there are. Equal changes from different starts are different lines.",
    )
    yield wrong(
        len({frozenset(pair) for pair in scores.itertuples(index=False, name=None)}),
        "You took a rise and a fall between the same two scores for one line. They cross.",
    )


def exercise_5_8():
    before, moves = pairs()["likelihood_before"], change("likelihood")
    room = 20 - before

    def share(enough, points=2):
        return (moves[room >= enough] >= points).mean()

    say = "More than half of the cohort had no room for two points."
    yield right([(room < 2).sum(), share(2)], within=0.005, say=say)
    yield wrong(
        [(room == 0).sum(), share(1)],
        "These stood at the top. One point below it there is no room for two points either.",
    )
    yield wrong(
        [(room < 3).sum(), share(3)],
        "Whoever stands two points below the top can rise by two. Leave these people in.",
    )
    yield wrong(
        [(room < 2).sum(), (moves >= 2).mean()],
        "The first is right. The share is of those who had room, not of all 34.",
    )
    yield wrong([(room < 2).sum(), share(2, 1)], "The first is right. Count rises of two points or more, not of one.")
    yield wrong([(room >= 2).sum(), share(2)], "The share is right. The first is how many *could* improve.")
