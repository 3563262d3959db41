"""Lend the tests one browser, and JupyterLite as it is built; begin with what takes longest."""

import contextlib
import functools
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import practice
import pytest
from playwright.sync_api import expect, sync_playwright

from _ext.shared.chromium import launch

ROOT = Path(__file__).resolve().parent.parent
# The chapter that tests of the engine take as their example; in a book without it the first one with a slider.
WITH_SLIDER = [n for n in practice.chapters() if r"\"input\": \"range\"" in practice.chapter_path(n).read_text("utf-8")]
EXAMPLE = practice.chapter_path(7 if 7 in WITH_SLIDER else WITH_SLIDER[0]).stem
# In the order of the minutes that they take: a long file that begins last would keep one processor busy alone.
LONG = ["browser", "live", "book", "accessible", "your_survey_page", "classroom", "notebooks", "slides", "firefox", "steady"]
LONG += ["touch", "oracles", "paper", "survey", "cohorts"]
PATIENCE = 120_000  # milliseconds; a busy computer is no fault, and who waits for a state waits no longer than it takes
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items):
    places = {f"test_{name}.py": place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(folder):
    """Serve a folder as python -m http.server does; give the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    server.handle_error = lambda *_: None  # a page that is left cuts its connections
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def lend_jupyterlite(book):
    """Give a copy of the book the JupyterLite that is built already; building it again takes as long as all pages."""
    shutil.copytree(ROOT / "_build" / "lite", book / "_build" / "lite")
    shutil.copy2(ROOT / "_build" / "lite.txt", book / "_build")


@pytest.fixture(scope="session")
def browser():
    """Chromium without a network; only one Playwright may run at a time."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        new_context = browser.new_context

        def patient(**settings):
            context = new_context(**settings)
            context.set_default_timeout(PATIENCE)
            return context

        browser.new_context = patient
        yield browser
        browser.close()
