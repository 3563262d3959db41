"""The codes that link a person's two surveys: how they are compared, and which are alike."""

import re
import unicodedata

from .reading import plain

NO_CODE = {"n/a", "na", "n.a.", "none", "nil", "null", "nan", "unknown", "no code", "nocode", "no", "don't know", "dont know",
           "i don't know", "not applicable", "anonymous", "forgot", "i forgot", "code", "#n/a", "keine", "keiner", "k.a.", "aucun"}  # fmt: skip


def canonical(code):
    """Write a code as it is compared: capitals, one form for accents, dashes and digits, without blanks and invisible signs."""
    return re.sub(r"\s", "", plain(code)).upper()


def spaced(code):
    return plain(code).upper()


def no_code(code):
    text = plain(code)
    return text in NO_CODE or not any(sign.isalnum() for sign in text)


def _without_accents(key):
    return "".join(sign for sign in unicodedata.normalize("NFD", key) if not unicodedata.combining(sign))


def one_apart(one, other):
    """Whether two codes differ by one sign changed, missing, added or swapped with its neighbour."""
    if len(one) == len(other):
        differ = [place for place in range(len(one)) if one[place] != other[place]]
        return len(differ) == 1 or (
            len(differ) == 2
            and differ[1] == differ[0] + 1
            and one[differ[0]] == other[differ[1]]
            and one[differ[1]] == other[differ[0]]
        )
    short, long = sorted((one, other), key=len)
    return len(long) == len(short) + 1 and any(long[:place] + long[place + 1 :] == short for place in range(len(long)))


FORMS = {
    "zeros": ("leading zeros", lambda key: key.lstrip("0") if key.isdigit() else re.sub(r"(?<!\d)0+(?=\d)", "", key)),
    "signs": ("hyphens, dots and other signs", lambda key: "".join(sign for sign in key if sign.isalnum())),
    "accents": ("accents", lambda key: _without_accents(key)),
    "look-alikes": ("O and 0, I and 1", lambda key: key.translate(str.maketrans("OIL", "011"))),
}
