"""The key to a chapter's self-test and its numbers, for whoever writes them."""

from collections import namedtuple

import numpy as np

from .source import TITLE

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
        near = f" (±{number(question.within)})" if question.within else ""
        return [Line(True, None, value + near, right), Line(False, None, "any other number", wrong)]
    return [Line(option.right, letter, option.text, option.say) for letter, option in zip("abcdefgh", question.options)]


def number(value):
    """Write a number with all its decimals, without an exponent and without the noise of binary arithmetic."""
    return np.format_float_positional(round(value, 10), trim="-")


def notice(chapter):
    """Say where the questions of a chapter come from, and their licence."""
    return f"From the self-test of chapter {chapter} of the open book {TITLE}, CC BY 4.0."
