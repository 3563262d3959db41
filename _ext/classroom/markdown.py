"""Markdown that any notebook program shows, made from what only MyST knows."""

import re

from ..shared.citations import cite

FENCE = re.compile(
    r"^(:{3,}|`{3,})\{(admonition|note|tip|hint|important|warning|caution|seealso)\} *([^\n]*)\n"  # where it begins
    r"(?::[\w-]+:[^\n]*\n)*(.*?)\n\1 *$",  # its options, its text, its end
    re.M | re.S,
)
ELSEWHERE = re.compile(r"\[([^\]]*)\]\((?:\.\./)?((?:[\w-]+/)*)([\w-]+)\.(?:ipynb|md)(?:#[^)]*)?\)")


def without_myst(text, book=None):
    """Turn roles, admonitions and links to other pages of the book into plain Markdown.

    Parameters
    ----------
    text : str
    book : str, optional
        The address of the published book, where links to other chapters then lead. Without it they lead to the
        notebook beside this one.
    """
    text = FENCE.sub(lambda box: set_apart(f"**{box[3] or box[2].capitalize()}.**\n\n{box[4]}"), text)
    text = re.sub(r"\{term\}`([^`<]+?)(?: <[^>]*>)?`", r"\1", text)
    text = re.sub(r"\{cite:([pt])\}`([^`]*)`", lambda role: cite(role[2], role[1] == "p", _link), text)
    return ELSEWHERE.sub(lambda link: _to_page(link, book), text)


def set_apart(text):
    """Turn Markdown into a quoted block."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _link(work, words):
    """Link a citation to the work, or give the work's title where there is no link."""
    return f"[{words}]({work.link})" if work.link else f"{words}, *{work.title}*"


def _to_page(link, book):
    """Lead to a page of the published book, or to the class notebook beside this one, or nowhere."""
    words, folder, page = link.groups()
    if book:
        return f"[{words}]({book}/chapters/{folder}{page}.html)"
    return f"[{words}]({page}.ipynb)" if re.match(r"\d\d-", page) and not folder else words
