"""Let the tests import the book's modules as the notebooks do, by name; and lend them one browser."""

import shutil
import sys
from pathlib import Path

import pytest
from browser import launch
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "chapters"), str(ROOT / "data")]


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
