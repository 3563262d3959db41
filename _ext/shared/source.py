"""Facts about the book: what it is called, its chapters, where it is published, what it was made from."""

import hashlib
import os
import re
import subprocess
from pathlib import Path

import yaml

BOOK = Path(__file__).resolve().parents[2]
TITLE, AUTHOR, COPYRIGHT = (
    yaml.safe_load((BOOK / "_config.yml").read_text(encoding="utf-8"))[name] for name in ("title", "author", "copyright")
)
SLUG = re.sub(r"\W+", "-", TITLE.casefold()).strip("-")  # the title as the name of a file: "before-and-after"
# Where the number of a chapter stands in the names of files.
NUMBERED = ["chapters/{}-*.ipynb", "chapters/answers/ch{}.py", "chapters/answers/{}.txt", "chapters/quizzes/{}.txt"]


def repository(book=BOOK):
    """Return the web address of the repository that the book is published from, or None.

    On GitHub Actions the environment names it. Elsewhere it is git's remote ``origin``, if that is on GitHub.
    """
    if name := os.environ.get("GITHUB_REPOSITORY"):
        return f"{os.environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}"
    if not (Path(book) / ".git").exists():  # else git would find the repository of a folder further up
        return None
    try:
        remote = subprocess.run(["git", "remote", "get-url", "origin"], cwd=book, capture_output=True, text=True)
    except FileNotFoundError:  # no git here
        return None
    return _on_github(remote.stdout.strip())


def _on_github(remote):
    """Turn git's address of a repository on GitHub into that of its page; None if it is not on GitHub."""
    host = r"(?:https?://(?:[^/@]+@)?github\.com/|git@github\.com:|ssh://git@(?:ssh\.)?github\.com(?::\d+)?/)"
    parts = re.fullmatch(host + r"([\w-]+)/([\w.-]+?)(?:\.git)?/?", remote)
    return "https://github.com/{}/{}".format(*parts.groups()) if parts else None


def published(repository):
    """Return where GitHub Pages shows the book of a repository; None if there is none, or not on GitHub."""
    parts = re.fullmatch(r"https://github\.com/([\w-]+)/([\w.-]+)", repository or "")
    if not parts:
        return None
    owner, name = parts[1].lower(), parts[2]
    return f"https://{owner}.github.io" + ("" if name.lower() == f"{owner}.github.io" else f"/{name}")


def fingerprint(book, folders):
    """Sum up all files in some folders of the book."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted((Path(book) / folder).rglob("*")):
            if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts):
                digest.update(f"{path.relative_to(book).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()
