"""The works that the book cites, by their keys in ``references.bib``."""

import functools
from collections import namedtuple
from urllib.parse import quote

from pybtex.database import parse_file
from pybtex.richtext import Text

from .source import BOOK

Work = namedtuple("Work", "authors year link title")


@functools.cache
def work(key):
    """Look a work up.

    Returns
    -------
    Work
        ``authors`` as a citation names them, such as "von Elm et al."; ``year``; ``link``, or None; ``title``.
    """
    entry = _entries()[key]
    names = [" ".join(person.prelast_names + person.last_names) for person in entry.persons["author"]]
    names = [str(Text.from_latex(name)) for name in names]
    authors = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
    doi = entry.fields.get("doi")
    link = f"https://doi.org/{quote(doi)}" if doi else entry.fields.get("url")
    return Work(authors, entry.fields["year"], link, str(Text.from_latex(entry.fields["title"])))


def cite(keys, in_brackets, write=lambda work, words: words):
    """Cite works by author and year: "(Cohen, 1988; von Elm et al., 2007)", or "Cohen (1988)" within a sentence.

    Parameters
    ----------
    keys : str
        As in the role's text: keys with commas between them.
    in_brackets : bool
        Whether all of it stands in brackets.
    write : callable, optional
        What writes one citation, from the `Work` and its words; by default these words alone.
    """
    works = [work(key.strip()) for key in keys.split(",")]
    form = "{0.authors}, {0.year}" if in_brackets else "{0.authors} ({0.year})"
    cited = [write(work, form.format(work)) for work in works]
    return f"({'; '.join(cited)})" if in_brackets else ", ".join(cited)


@functools.cache
def _entries():
    return parse_file(BOOK / "chapters" / "references.bib", bib_format="bibtex").entries
