"""What the book is called and whose it is, as ``_config.yml`` says it."""

import re
from pathlib import Path

import yaml

BOOK = Path(__file__).resolve().parent.parent
TITLE, AUTHOR, COPYRIGHT = (
    yaml.safe_load((BOOK / "_config.yml").read_text(encoding="utf-8"))[name] for name in ("title", "author", "copyright")
)
SLUG = re.sub(r"\W+", "-", TITLE.casefold()).strip("-")  # the title as the name of a file: "before-and-after"
