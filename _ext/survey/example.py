"""An example of a survey workbook, as Microsoft Forms lays it out. The people in it do not exist.

Two sheets, 22 and 19 people, 18 of them in both. Five statements, of which the third is reverse-scored and the fifth was
reworded in between; a test out of 20 points; seven columns of no use; two people who left their code out.
"""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

SEED = 21
LABELS = ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]
STATEMENTS = [
    "I know how to begin a conversation about bad news.",
    "I notice when a patient needs a pause.",
    "I feel helpless when a patient cries.",
    "I can explain a diagnosis in plain words.",
    "I can answer a question about the prognosis honestly.",
]
REWORDED = {STATEMENTS[4]: "I can answer questions about the prognosis honestly."}
REVERSED = STATEMENTS[2]
CODE = "Your code: a bird, and two digits that you will remember"
TEST = "Test of communication skills, points out of 20"
COMMENT = "What should we change?"
BIRDS = ["Robin", "Wren", "Heron", "Lark", "Swift", "Owl", "Finch", "Tern"]
STARTS = {"Before": datetime(2025, 3, 3, 9), "After": datetime(2025, 6, 2, 9)}
ONLY = {"Before": 4, "After": 1}  # people who answered one survey only
COMMENTS = ["", "", "", "More time for practice", "Smaller groups, please", "Nothing"]


def sheets():
    """Return both sheets, the first survey before the second, as a dict of tables."""
    rng = np.random.default_rng(SEED)
    people = 18 + sum(ONLY.values())
    codes = [f"{BIRDS[place % len(BIRDS)]}{number}" for place, number in enumerate(rng.choice(90, people, replace=False) + 10)]
    level = rng.standard_normal(people)
    there = {"Before": range(0, 22), "After": [*range(0, 18), 22]}
    return {wave: _sheet(wave, [codes[one] for one in who], level[list(who)], rng) for wave, who in there.items()}


def _sheet(wave, codes, level, rng):
    order = rng.permutation(len(codes))
    codes, level = [codes[one] for one in order], level[order] + (0.7 if wave == "After" else 0)
    if wave == "After":
        codes[3] = codes[3].upper()  # typed in another way
    codes[7] = ""
    begun = sorted(
        STARTS[wave] + timedelta(minutes=int(minute)) for minute in rng.choice(4 * 24 * 60, len(codes), replace=False)
    )
    sheet = pd.DataFrame({"ID": range(1, len(codes) + 1), "Start time": begun})
    sheet["Completion time"] = [time + timedelta(seconds=int(rng.integers(90, 400))) for time in begun]
    sheet["Email"], sheet["Name"], sheet["Last modified time"], sheet[CODE] = "anonymous", "", "", codes
    for statement in STATEMENTS:
        step = np.clip(np.rint(2 + 0.8 * level + 0.7 * rng.standard_normal(len(codes))), 0, 4).astype(int)
        step = 4 - step if statement == REVERSED else step
        sheet[REWORDED.get(statement, statement) if wave == "After" else statement] = np.array(LABELS)[step]
    sheet[TEST] = np.clip(np.rint(12 + 2.5 * level + 1.5 * rng.standard_normal(len(codes))), 0, 20).astype(int)
    sheet[COMMENT] = rng.choice(COMMENTS, len(codes))
    return sheet
