"""What a class needs: notebooks for students and instructors, slides, and the questions for learning platforms.

In come the chapters' notebooks, their answers and quizzes, the references and the data. Out come three folders of the
built book: ``class`` (notebooks that each run alone), ``slides`` (a deck for each chapter), and ``lms`` (files to import
into Canvas, Moodle, Blackboard and Brightspace).

Entry: `write`, for the book; the room ``browser`` makes its notebooks with ``set_up``, ``markdown`` and ``notebooks``.
"""

from pathlib import Path

from . import notebooks, platforms, slides


def write(out, address=None):
    """Write all that a class needs.

    Parameters
    ----------
    out : path-like
        The folder of the built book.
    address : str, optional
        Where the book is published, which the notebooks then link to.
    """
    out = Path(out)
    notebooks.write_notebooks(out / "class", address)
    slides.write_decks(out / "slides")
    platforms.write_question_bank(out / "lms")
