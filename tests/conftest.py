"""What the tests share: the chapter they take as their example, what waits for the week, a server, the kit, one browser.

And their order: what takes longest begins.
"""

import contextlib
import functools
import os
import shutil
import socket
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import lxml.html
import practice
import pytest
from playwright.sync_api import expect, sync_playwright

from _ext.browser.kit import gather
from _ext.shared.chromium import launch
from _ext.shared.source import NUMBERED

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
# The chapter that tests of the engine take as their example: the seventh, or the first one with a slider, or the first.
WITH_SLIDER = [n for n in practice.chapters() if r"\"input\": \"range\"" in practice.chapter_path(n).read_text("utf-8")]
EXAMPLE = practice.chapter_path(7 if 7 in WITH_SLIDER else (WITH_SLIDER or practice.chapters())[0]).stem
needs_slider = pytest.mark.skipif(not WITH_SLIDER, reason="No chart of this book has a slider.")
WEEKLY = os.environ.get("WEEKLY") == "all"
weekly = pytest.mark.skipif(
    not WEEKLY,
    reason="The same is tested each time in another program or on another chapter; this every week, and by WEEKLY=all make test",
)
in_one_book = pytest.mark.skipif(
    (ROOT / "tests" / "sample").exists() and not WEEKLY,
    reason="It depends on no chapter, so that one book is enough: make sample runs it in the sample, the week here",
)
# In the order of the minutes that they take: a long file that begins last would keep one processor busy alone.
LONG = ["browser", "live", "pages", "notebooks", "classroom", "cohorts", "steady", "slides", "ourselves", "accessible"]
LONG += ["your_survey_page", "paper", "book", "survey", "firefox", "touch", "statistics", "oracles", "practice"]
# What depends on the address (what is fetched) does not depend on the width, so each is tried with one of the other.
WAYS = {"http": 390, "file": 1280}
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


@contextlib.contextmanager
def started(kit):
    """Start the server of a kit; yield its address, what it printed, and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "serve.py", str(port)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=kit, **pipes) as process:
        printed = "".join(process.stdout.readline() for _ in range(3))
        try:
            yield SimpleNamespace(address=f"http://127.0.0.1:{port}", port=port, printed=printed, kit=kit, process=process)
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def kit(tmp_path_factory):
    """The folder of the kit, made from the built book."""
    if not (HTML / "lite").exists():
        pytest.fail("There is no built book with notebooks for the browser: run make book first.")
    return gather(HTML, tmp_path_factory.mktemp("kit"))


def signs(page):
    """How many signs the longest line of a page's printed tables has; some fifty are as wide as a telephone."""
    blocks = lxml.html.parse(HTML / page).xpath("//pre[@class = 'columns']")  # code wraps
    return max((len(line) for block in blocks for line in block.text_content().splitlines()), default=0)


def widest():
    """The chapter's page with the widest printed table."""
    chapters = [page.relative_to(HTML).as_posix() for page in sorted(HTML.glob("chapters/[0-9]*.html"))]
    return max(chapters, key=signs, default="the page of a book that is not built")


def few(argument, chapters, now=None):
    """Parametrize a test with chapters, their names, numbers or pages, of which all but some wait for the weekly run.

    Those run now: the first, the example and the last; or as many from the first on as `now` says.
    """
    example = next(chapter for chapter in chapters if EXAMPLE in str(chapter) or str(chapter) == str(int(EXAMPLE[:2])))
    some = {chapters[0], example, chapters[-1]} if now is None else chapters[:now]
    values = [chapter if chapter in some else pytest.param(chapter, marks=weekly) for chapter in chapters]
    return pytest.mark.parametrize(argument, values)


def lend_jupyterlite(book):
    """Give a copy of the book the JupyterLite that is built already; building it again takes as long as all pages."""
    shutil.copytree(ROOT / "_build" / "lite", book / "_build" / "lite")
    shutil.copy2(ROOT / "_build" / "lite.txt", book / "_build")


def keep_chapters(book, *names):
    """Remove the other chapters from a copy of the book, which is then built sooner."""
    for pattern in NUMBERED:
        kept = {path for name in names for path in book.glob(pattern.format(name[:2]))}
        for path in set(book.glob(pattern.format("[0-9][0-9]"))) - kept:
            path.unlink()
    shutil.rmtree(book / "data" / "ourselves", ignore_errors=True)  # it asks about other chapters


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


@pytest.fixture(scope="module", params=WAYS)
def site(request, pages):
    """The address of the book."""
    if request.param == "file":
        yield HTML.as_uri()
        return
    with served(HTML) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def width(site):
    return WAYS[site.partition(":")[0]]


@pytest.fixture(scope="module")
def pages():
    """The names of all pages, such as chapters/index.html."""
    found = [page for page in HTML.rglob("*.html") if not {"_static", "slides", "lite"} & set(page.relative_to(HTML).parts)]
    if not found:
        pytest.fail("There is no built book: run make book first.")
    return sorted(page.relative_to(HTML).as_posix() for page in found)
