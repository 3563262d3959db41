"""Formulas as MathML, which every browser draws by itself; MathJax would be 678 kB, compressed, on each page with one."""

import html
from itertools import pairwise
from xml.etree.ElementTree import tostring

from latex2mathml.converter import convert_to_element

MINUS, BEFORE_A_NUMBER = "\u2212", set("(=,[{<>\u2264\u2265")
BAR, LINE_ABOVE, LINE_ABOVE_LETTERS = "|", "\u00af", "\u203e"
CAPITALS = {chr(code) for code in range(0x391, 0x3AA)}  # Alpha to Omega


def mathml(tex, block):
    """Turn a formula into MathML, for a line of its own or within the text; it keeps how it was written.

    Bars stand close to what they enclose, and a minus to the number that it is part of; lines are as long as what is
    below them; capital Greek letters stand upright.
    """
    formula = convert_to_element(tex, display="block" if block else "inline")
    formula.set("alttext", tex.strip())
    for part in formula.iter():
        part.text = html.unescape(part.text) if part.text else part.text  # latex2mathml names signs by their numbers
        free = not set(part.attrib) - {"stretchy"}
        if part.tag == "mo" and part.text == BAR and free:
            part.attrib.update(stretchy="false", lspace="0", rspace="0")
        elif part.tag == "mo" and part.text == LINE_ABOVE and free:
            part.text = LINE_ABOVE_LETTERS
            part.set("stretchy", "true")
        elif part.tag == "mi" and part.text in CAPITALS and not part.attrib:
            part.set("mathvariant", "normal")
    for before, sign in pairwise(formula.iter()):
        if (before.tag, sign.tag, sign.text) == ("mo", "mo", MINUS) and before.text in BEFORE_A_NUMBER:
            sign.set("form", "prefix")  # as browsers know only at the beginning of a formula
    return tostring(formula, encoding="unicode")
