"""The key to a chapter's self-test, for whoever prints it."""

from collections import namedtuple

import numpy as np

Line = namedtuple("Line", "right letter text say")  # of a key; an answer that is typed has no letter


def key(question):
    """Return the lines of the key to one question.

    Parameters
    ----------
    question : practice.Question

    Returns
    -------
    list of Line
        For each option, or for the right number and any other: whether it is ``right``, its ``letter`` or None, its
        ``text``, and what to ``say`` to it; texts are in the little Markdown that questions use.
    """
    if question.kind == "number":
        right, wrong = question.say
        value = f"{question.value:g}".replace("-", "−")
        near = f" (±{np.format_float_positional(question.within, trim='-')})" if question.within else ""
        return [Line(True, None, value + near, right), Line(False, None, "any other number", wrong)]
    return [Line(option.right, letter, option.text, option.say) for letter, option in zip("abcdefgh", question.options)]
