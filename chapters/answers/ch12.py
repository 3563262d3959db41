"""What check() accepts in chapter 12, and the usual wrong answers."""

import prepost
from practice import change, right, wrong


def exercise_12_1():
    number, z, r = prepost.format_number, -0.94879, 0.0996
    texts = [
        prepost.format_p(0.00062),
        prepost.format_p(0.2),
        number(z, 3),
        number(r, 2, leading_zero=False),
        number(-0.5, 1),
    ]

    def but(**others):
        """The right texts, but for those that are given by their place."""
        return [others.get(f"at_{place}", text) for place, text in enumerate(texts, 1)]

    yield right(texts, say="Each says what a reader needs, and nothing else.")
    yield wrong(
        [text.replace("−", "-") for text in texts],
        "The digits are right. The two minus signs are hyphens; format_number prints the real one, −.",
    )
    yield wrong(
        but(at_1=texts[0].replace(".", "0."), at_2=number(0.2, 3), at_4=number(r, 2)),
        "Leave out the zero before the point of p and r: they cannot exceed 1.",
    )
    yield wrong(
        but(at_1=number(0.00062, 3, leading_zero=False)),
        "Below .001 no digits are printed: say that p is smaller, as format_p does.",
    )
    yield wrong(
        but(at_2=number(0.2, 1, leading_zero=False), at_4=number(r, 1, leading_zero=False)),
        "Keep the last zeros: they tell how exactly the number is known.",
    )
    yield wrong(but(at_3=number(z, 2)), "This Z gave p, so it gets three decimals: then a reader can recompute p.")
    yield wrong(but(at_3=number(z, 3, leading_zero=False)), "Z can exceed 1, so it keeps the zero before its point.")


def table():
    return prepost.results_table(prepost.load("scores"), prepost.load("instruments"))


def exercise_12_3():
    printed = table()["p"].astype(float)
    names = prepost.load("instruments")["name"]
    tests = {name: prepost.signed_rank(change(measure), zeros="drop") for measure, name in names.items()}
    abstract = {name: round(test["p"], 3) for name, test in tests.items()}
    exact = {name: round(test["p exact"], 3) for name, test in tests.items()}
    gaps = {name: abs(printed[name] - abstract[name]) for name in tests}
    name = max(gaps, key=gaps.get)
    yield right(gaps[name], within=0.0006, say=f"{name}: 14 of 34 people did not change.")
    yield wrong(-gaps[name], "The right distance. Take it without its sign.")
    yield wrong(gaps["Stigma"], "This is stigma. One outcome has a larger gap.")
    yield wrong(gaps["Empathy"], "This is empathy, where the question of .05 arises. Look at all four outcomes.")
    yield wrong(printed[name], "This is the table's p itself. How far is it from that of the abstract's recipe?")
    yield wrong(abstract[name], "This is the p of the abstract's recipe itself. How far is it from the table's?")
    yield wrong(
        exact[name] - printed[name],
        "These are two exact p values, with the zeros dropped and ranked. The abstract's recipe takes p from Z.",
    )
    yield wrong(
        exact[name] - abstract[name],
        "Here the zeros are dropped in both, and only one is exact. In the table the zeros are ranked.",
    )


def exercise_12_4():
    stigma, likelihood = table().loc["Stigma"], table().loc["Likelihood to assist"]
    agrees = [
        (stigma["lower"], stigma["higher"]) == (13, 17),
        stigma["Z"] == "−0.93",
        f"{float(stigma['p']):.2f}" == "0.36",
        float(stigma["change"].replace("−", "-")) < 0,
        likelihood["same"] == 14,
        likelihood["pairs"] == 38,
        change("likelihood").median() == 0.5,
    ]
    first, second, third = (number for number, agreed in enumerate(agrees, 1) if not agreed)
    yield right([first, second, third], say="The others agree, though 3 is short of a digit and 4 is ill said.")
    yield wrong(
        [3, second, third],
        "Agreed for the last two. 3 is only short of a digit, and one of the first clauses reverses the truth.",
    )
    yield wrong([4, second, third], "Agreed for the last two. 4 is ill said; but look who went up and who went down.")
    yield wrong([first, 3, second], "3 is only short of a digit. One clause gives a number a name that is not its own.")
    yield wrong([first, 4, second], "4 is ill said, but the table is not against it. Look up in the note what 0.5 is.")
    yield wrong([first, 5, third], "14 people did not change; the table says so too. Out of how many?")
    yield wrong(
        [first, 4, third],
        "4 is ill said, but the table is not against it. Count the people of the second sentence.",
    )
    yield wrong([first, 3, third], "3 is only short of a digit. Count the people of the second sentence.")
