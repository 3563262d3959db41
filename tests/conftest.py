"""Lend the tests one browser, and JupyterLite as it is built."""

import shutil
from pathlib import Path

import practice
import pytest
from playwright.sync_api import sync_playwright

from _ext.shared.chromium import launch

ROOT = Path(__file__).resolve().parent.parent
# The chapter that tests of the engine take as their example; in a book without it the first one with a slider.
WITH_SLIDER = [n for n in practice.chapters() if r"\"input\": \"range\"" in practice.chapter_path(n).read_text("utf-8")]
EXAMPLE = practice.chapter_path(7 if 7 in WITH_SLIDER else WITH_SLIDER[0]).stem


def lend_jupyterlite(book):
    """Give a copy of the book the JupyterLite that is built already; building it again takes as long as all pages."""
    shutil.copytree(ROOT / "_build" / "lite", book / "_build" / "lite")
    shutil.copy2(ROOT / "_build" / "lite.txt", book / "_build")


@pytest.fixture(scope="session")
def browser():
    """Chromium without a network; only one Playwright may run at a time."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
