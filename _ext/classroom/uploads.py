"""Questions as plain tables: Blackboard's tab-delimited upload, and Brightspace's CSV.

Both say less than a quiz of the book does; `platforms.txt` says what is left out.
"""

import csv
import io
import re

import practice

from ..shared.questions import number
from ..shared.source import SLUG


def blackboard(chapters, name):
    """Write one or more chapters for Blackboard's "Upload questions"; parameters and result as of `platforms.canvas`.

    A line for each question, and nothing between them. The upload has no place for feedback. Characters beyond ASCII are
    written as references, since nothing in the file can say how it is encoded.
    """
    lines = []
    for questions, _ in chapters.values():
        for question in questions:
            fields = [{"single": "MC", "several": "MA", "number": "NUM"}[question.kind], practice.to_html(question.text)]
            if question.kind == "number":
                fields += [number(question.value), number(question.within)]
            for option in question.options:
                fields += [practice.to_html(option.text), "correct" if option.right else "incorrect"]
            lines.append("\t".join(fields))
    return ("\n".join(lines) + "\n").encode("ascii", "xmlcharrefreplace")


def brightspace(chapters, name):
    """Write one or more chapters for the import of Brightspace's question library; otherwise as `blackboard`.

    The file follows D2L's sample, `Sample_Question_Import_UTF8.csv`. It has no question for a number with a tolerance:
    these are left out, and named in a comment at the end.
    """
    rows = []
    for questions, _ in chapters.values():
        for question in questions:
            if question.kind != "number":
                rows += _brightspace_rows(question)
    missing = left_out(chapters)
    rows += [[f"//Left out, since the import has no such question: {', '.join(missing)}"]] if missing else []
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([*row, *[""] * (5 - len(row))] for row in rows)
    return stream.getvalue().encode("utf-8-sig")  # as the sample asks: "CSV UTF-8"


def left_out(chapters):
    """Name the questions that `brightspace` leaves out."""
    return [question.name for questions, _ in chapters.values() for question in questions if question.kind == "number"]


def _brightspace_rows(question):
    several = question.kind == "several"
    yield ["NewQuestion", "MS" if several else "MC"]
    yield ["ID", f"{SLUG}-{question.name}"]
    yield ["Title", f"{question.name} · objective {question.objective}"]
    yield ["QuestionText", practice.to_html(question.text), "HTML"]
    yield ["Points", "1"]
    yield ["Difficulty", "1"]
    if several:
        yield ["Scoring", "AllOrNothing"]
    for option in question.options:
        share = str((1 if several else 100) * option.right)
        yield ["Option", share, practice.to_html(option.text), "HTML", _plain(option.say)]
    yield []


def _plain(text):
    """Leave out the little Markdown that questions use: the sample has feedback without HTML."""
    return re.sub(r"`(.+?)`|\*\*(.+?)\*\*|\*(.+?)\*", lambda found: found[1] or found[2] or found[3], text)
