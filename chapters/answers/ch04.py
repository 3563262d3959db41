"""What check() accepts in chapter 4, and the usual wrong answers."""

import pandas as pd
import prepost
from practice import change, pairs, right, wrong


def export(wave):
    """Read one export without its extra header rows, codes made comparable."""
    rows = pd.read_csv(prepost.DATA / "raw" / f"{wave}.csv", skiprows=[1, 2])
    rows["code"] = rows["code"].str.replace(" ", "").str.upper()
    return rows


def exercise_4_1():
    instruments, items = prepost.load("instruments"), prepost.load("items")
    rows = export("before")
    both = rows[rows["code"].duplicated(keep=False)].sort_values("EndDate")[items.index]
    for item, name in items["instrument"].items():
        labels, lowest = instruments.loc[name, ["labels", "lowest"]]
        both[item] = both[item].map({label: lowest + place for place, label in enumerate(labels.split("; "))})
    first, last = prepost.score(both, instruments, items)["stigma"]
    size = (items["instrument"] == "stigma").sum()
    yield right(last - first, say="Two answers moved one step each, and neither item is reversed.")
    yield wrong(first - last, "The size is right. The new score is the larger one: take new minus old.")
    yield wrong(last, "This is the score under the new rule. The question is by how much it differs from the old one.")
    yield wrong(first, "This is the score that the chapter used. Score the other submission too, and subtract.")
    yield wrong((last - first) / size, "You took the mean of the items. A score of this book is their sum.")


def exercise_4_2():
    before, after = export("before"), export("after")
    after = after[after["Finished"]]
    early, late = set(before["code"]), set(after["code"])
    yield right(len(early ^ late), say="They are the codes of one file only, from either side.")
    yield wrong(len(early - late), "These are in the first survey only. A code that is in the second only is out of sight too.")
    yield wrong(
        len(late - early), "This one is in the second survey only. The codes that are in the first only are out of sight too."
    )
    yield wrong(len(early & late), "These are the pairs that you would keep. How many codes are not among them?")
    yield wrong(len(early | late), 'This is everybody, as how="outer" gives it. Leave out the pairs.')


def exercise_4_3():
    moves = change("empathy").tolist()

    def p(lost, people=4):
        return prepost.signed_rank(moves + people * [-lost])["p"]

    enough = next(points for points in range(1, 40) if p(points) > 0.05)
    yield right(p(enough), within=0.0005, say=f"Losing {enough} point each is enough.")
    yield wrong(enough, "This is how many points. Give the p value that goes with it.")
    yield wrong(p(0), "This is p if nobody of the four changed. Let each of them lose something.")
    yield wrong(p(enough + 1), "This is above .05, but one point less is enough already.")
    yield wrong(p(enough, people=1), "You added one person. Four were lost: 4 * [-1] makes a list of four.")
    yield wrong(p(-enough), "You let the four gain. A loss has a minus sign.")


def exercise_4_6():
    naive, rows = pd.read_csv(prepost.DATA / "raw" / "after.csv"), export("after")
    yield right(rows["Finished"].sum(), say="Two of her 38 rows are headings, and one submission was broken off.")
    yield wrong(len(naive), "These are the rows of her table. The first two of them do not hold answers.")
    yield wrong(len(naive) - 1, "One heading is gone. The platform's identifiers are a second one.")
    yield wrong(len(rows), "These are submissions. Not all of them were finished.")
    yield wrong(len(pairs()), "These are the pairs. One person finished the second survey and has no partner in the first.")
