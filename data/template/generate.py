"""Make the template's two exports: ``python data/template/generate.py`` rewrites them, byte for byte.

The people do not exist. A person has a level before and a level after; an answer is that level plus noise, rounded to
the scale and cut off at its ends. Reads ``instruments.csv`` and ``items.csv``, writes ``raw/before.csv`` and
``raw/after.csv``. Unlike the book's exports these have one header row, and say nowhere who finished.
"""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
PEOPLE, PAIRS, SEED = 21, 18, 13
GAIN = {"feedback": 0.6, "strain": -0.3}  # mean shift of the level, in standard deviations
BIRDS = ["DOVE", "FINCH", "GULL", "HERON", "KITE", "LARK", "OWL", "RAVEN", "ROBIN", "SWIFT", "TERN", "WREN"]


def answers(wave, level, instruments, items, rng):
    """Draw the answers of all people to all items, as the form shows them."""
    shown = pd.DataFrame(index=range(PEOPLE))
    for item, (name, turned) in items[["instrument", "reversed"]].iterrows():
        rule = instruments.loc[name]
        shift = GAIN[name] if wave == "after" else 0
        leaning = np.sign(GAIN[name]) * level + shift + 0.6 * rng.standard_normal(PEOPLE)
        steps = rule["highest"] - rule["lowest"]
        step = np.clip(np.rint(steps / 2 + steps / 5 * leaning), 0, steps).astype(int)
        if turned == "yes":
            step = steps - step
        shown[item] = np.array(rule["labels"].split("; "))[step]
    return shown


def export(start, codes, shown, rng):
    """Lay out one wave as a form writes it, one row per person."""
    sent = [start + timedelta(minutes=int(minute)) for minute in rng.choice(7 * 24 * 60, PEOPLE, replace=False)]
    return pd.concat([pd.DataFrame({"Timestamp": sent, "code": codes}), shown], axis=1)


def main():
    instruments = pd.read_csv(HERE / "instruments.csv", index_col=0)
    items = pd.read_csv(HERE / "items.csv", index_col=0)
    rng = np.random.default_rng(SEED)
    level = rng.standard_normal(PEOPLE)
    codes = [f"{rng.choice(BIRDS)}{number}" for number in rng.choice(range(10, 100), PEOPLE, replace=False)]

    shown = answers("before", level, instruments, items, rng)
    before = export(datetime(2025, 3, 3, 8), codes, shown, rng)
    before.insert(2, "teaching", rng.choice(["under 5", "5 or more"], PEOPLE))
    before.loc[2, "fb_listen"] = ""  # one item skipped: the score can still be computed
    before.loc[5, "code"] = before.loc[5, "code"].lower()
    again = before.loc[[7]].assign(fb_begin="Completely", Timestamp=before["Timestamp"].max() + timedelta(hours=1))
    opened = before.loc[[11]].assign(**dict.fromkeys(items.index, ""))  # opened the form, and answered later
    opened["Timestamp"] -= timedelta(minutes=2)
    before = pd.concat([before, again, opened])

    shown = answers("after", 0.8 * level + 0.6 * rng.standard_normal(PEOPLE), instruments, items, rng)
    after = export(datetime(2025, 6, 2, 8), codes, shown, rng)
    after.loc[4, "strain_now"] = ""  # the only item of its instrument: no score
    after.loc[9, "code"] = f" {after.loc[9, 'code']} "
    after.loc[PAIRS, "code"] = after.loc[PAIRS, "code"][:-2] + "00"  # other digits than before
    after.loc[PAIRS + 1, list(items.index)] = ""  # opened the form, and went away
    after = after.drop(index=PAIRS + 2)  # did not come back
    after = after[["Timestamp", "code", *reversed(items.index)]]  # another order of the columns

    for wave, table in {"before": before, "after": after}.items():
        table.sort_values("Timestamp").to_csv(HERE / "raw" / f"{wave}.csv", index=False)


if __name__ == "__main__":
    main()
