"""Chapters run in JupyterLite, in real Chromium with the network cut, from an address such as a class has.

Oracle: the outputs that are stored in the chapters, which test_notebooks.py compares with CPython's; what Chromium draws and asks for.
The book is built first: PYODIDE=… make book. Without Python in the built book, what needs it is skipped and says so.
"""

import contextlib
import functools
import gzip
import hashlib
import http.client
import io
import json
import random
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import zipfile
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from itertools import groupby
from types import SimpleNamespace

import lxml.html
import nbformat
import practice
import psutil
import pytest
from conftest import HTML, ROOT, few, in_one_book, served, started
from playwright.sync_api import expect

from _ext.browser import jupyterlite, notebooks, pyodide
from _ext.browser.kit import gather, write_kit
from _ext.shared.source import SLUG

CHAPTERS = {chapter: practice.chapter_path(chapter).stem for chapter in practice.chapters()}
needs_python = pytest.mark.skipif(
    not (HTML / "lite" / "static" / "pyodide").exists(),
    reason="The built book holds no Python for the browser: it would come from the network. PYODIDE=folder make book",
)

# None as long as the notebook is not there: until it is read, JupyterLite shows one empty cell in its place.
NOTEBOOK = "window.jupyterapp?.shell?.currentWidget"
CELLS = f"""() => ({NOTEBOOK}?.context?.isReady ? [...{NOTEBOOK}.content.model.cells] : []).map(cell => ({{
    id: cell.id, type: cell.type, source: cell.sharedModel.getSource(), ran: cell.executionCount ?? null,
    outputs: cell.type === "code" ? cell.outputs.toJSON() : [],
}}))"""
THERE = f"document.querySelector('.jp-Notebook .jp-Cell') && ({CELLS})().length"
HIDDEN = """() => jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.isHidden).map(cell => cell.model.id)"""
RUN = """command => Promise.race([
    jupyterapp.commands.execute(command),
    new Promise((_, failed) => setTimeout(failed, 400_000, new Error("not done after 400 seconds"))),
])"""
READY = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
# What is said, while it loads, of how much of Python has arrived; in a browser that has it already, nothing.
ARRIVED = "document.querySelector('nav.book [role=status]').textContent.match(/^Python is loading: [1-5][05] of.*/)?.[0]"
UNDRAWN = """() => [...document.querySelectorAll("figure.chart")]
    .filter(chart => !chart.querySelector("svg .role-mark :is(path, line, text, image)")).length"""


def visit(context, address, name):
    """Open a notebook in a new tab, and note what the tab asks for and complains of."""
    tab = context.new_page()
    tab.requests, tab.complaints = [], []
    tab.on("request", lambda request: tab.requests.append(request))
    tab.on("requestfailed", lambda request: tab.complaints.append(f"failed: {request.url}"))
    tab.on("console", lambda message: message.type == "error" and tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.goto(f"{address}/lite/notebooks/index.html?path={name}.ipynb")
    tab.wait_for_function(THERE, timeout=120_000)
    return tab


def run_all(tab):
    tab.wait_for_function(READY, timeout=240_000)
    tab.evaluate(RUN, "notebook:run-all-cells")
    with contextlib.suppress(Exception):  # what is still missing then is reported by a test
        tab.wait_for_function(f"!({UNDRAWN})()", timeout=120_000)


def run_chapter(context, address, name):
    """Run a chapter from top to bottom; return what was seen, what it cost, and its tab."""
    start = time.monotonic()
    tab = visit(context, address, name)
    arrived = tab.wait_for_function(ARRIVED, polling=20, timeout=240_000).json_value() if name == FIRST else None
    tab.wait_for_function(READY, timeout=240_000)
    ready = time.monotonic()
    run_all(tab)
    facts = SimpleNamespace(
        ready=ready - start,
        seconds=time.monotonic() - start,
        memory=max(map(peak_memory, processes("--type=renderer"))),
        cells=tab.evaluate(CELLS),
        folded=set(tab.evaluate(HIDDEN)),
        undrawn=tab.evaluate(UNDRAWN),
        charts=tab.locator("figure.chart").count(),
        questions=tab.locator("form.quiz[data-ready] fieldset").count(),
        scrolled=tab.locator(".jp-mod-outputsScrolled").count(),
        asked=[request.url for request in tab.requests],
        complaints=tab.complaints[:],
        arrived=arrived,
        tab=tab,
    )
    if name != FIRST:  # which a test goes on with
        tab.close()
    return facts


def processes(kind):
    """The browser's processes of one kind."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if kind in process.cmdline():
                yield process


def peak_memory(process):
    """Megabytes that a process held at its largest, as Linux counts them."""
    try:
        with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1000
    except (OSError, TypeError):
        return float("nan")


@pytest.fixture(scope="session")
def address(tmp_path_factory, kit):
    """Where a class finds the book: under a name that browsers trust as little as any http address, and a path."""
    root = tmp_path_factory.mktemp("web")
    (root / "some").mkdir()
    (root / "some" / "where").symlink_to(kit / "book")
    with served(root) as port:
        yield f"http://class.test:{port}/some/where"


@pytest.fixture(scope="session")
def reader(browser):
    """One reader, whose browser keeps what it has loaded and saved."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context


@pytest.fixture(scope="session")
def ran(reader, address, request):
    """Run a chapter, at most once; at the end print what it cost."""
    facts = {}

    def run(name):
        if name not in facts:
            facts[name] = run_chapter(reader, address, name)
        return facts[name]

    yield run
    write = request.config.pluginmanager.get_plugin("terminalreporter").write_line
    write("")
    for line in costs(facts):
        write(line)


def costs(facts):
    """Tabulate what running cost: the first chapter found nothing in the browser's cache."""
    yield f"{'in the browser':20}{'Python ready, s':>18}{'run to the end, s':>18}{'peak memory, MB':>18}"
    for name, seen in facts.items():
        yield f"{name:20}{seen.ready:18.1f}{seen.seconds:18.1f}{seen.memory:18.0f}"


@pytest.fixture
def with_python(browser, address):
    """A function that opens a notebook in the browser of a reader who was never here."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield functools.partial(visit, context, address)


@pytest.fixture
def tab(with_python):
    """The same, where Python never arrives: it takes most of the time, and what a reader types is kept without it."""
    with_python.args[0].route("**/static/pyodide/**", lambda route: route.abort())
    return with_python


each_chapter = pytest.mark.parametrize("name", CHAPTERS.values())
FIRST, LAST = CHAPTERS[min(CHAPTERS)], CHAPTERS[max(CHAPTERS)]
# test_live.py runs chapters in the same Python on their pages; a notebook only brings another program to it.
each_run = few("name", list(CHAPTERS.values()), now=1)


def chapter_cells(name):
    cells = json.loads((ROOT / "chapters" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"]), "tags": cell["metadata"].get("tags", [])} for cell in cells]


def lite_cells(name):
    return json.loads((HTML / "lite" / "files" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]


def shown_code(name):
    """The cells of code that a reader's notebook or live page has, but for the set-up and the one that names versions."""
    cells = [cell for cell in lite_cells(name) if cell["cell_type"] == "code" and cell["id"] != "set-up"]
    found = [cell["id"] for cell in cells if "nbval-ignore-output" not in cell["metadata"].get("tags", [])]
    assert found
    return found


# --- what is in a notebook ----------------------------------------------------------------------


@each_chapter
def test_a_notebook_has_the_code_of_its_chapter_but_no_assertions_and_no_outputs(name):
    kept = [cell for cell in chapter_cells(name) if cell["cell_type"] == "code" and "remove-cell" not in cell["tags"]]
    code = [cell for cell in lite_cells(name) if cell["cell_type"] == "code"]
    assert [(cell["id"], "".join(cell["source"])) for cell in code[1:]] == [(cell["id"], cell["source"]) for cell in kept]
    assert code[0]["id"] == "set-up"
    assert not any(cell["outputs"] for cell in code)


@each_chapter
def test_a_notebook_has_no_note_for_instructors_and_no_markup_that_jupyter_does_not_know(name):
    text = "\n\n".join("".join(cell["source"]) for cell in lite_cells(name) if cell["cell_type"] == "markdown")
    notes = [cell["source"] for cell in chapter_cells(name) if "instructor" in cell["tags"]]
    assert notes and not any(note[:60] in text for note in notes)
    assert not re.findall(r"\{[\w:-]+\}`|^:::|^```\{|\]\((?!https?:)[^)]*\.md", text, re.M)
    links = re.findall(r"\]\(([\w-]+\.ipynb)\)", text)
    assert not [link for link in links if not (HTML / "lite" / "files" / link).exists()]


def test_a_chapters_edition_changes_with_its_text_only(tmp_path, monkeypatch):
    chapter = min(CHAPTERS)
    edition = notebooks.browser_notebook(chapter).metadata.edition
    assert notebooks.browser_notebook(chapter).metadata.edition == edition
    text = practice.chapter_path(chapter).read_text(encoding="utf-8")
    copy = tmp_path / f"{FIRST}.ipynb"
    copy.write_text(text.replace('"# ', '"# Again: ', 1), encoding="utf-8")
    monkeypatch.setattr(practice, "chapter_path", lambda _: copy)
    assert notebooks.browser_notebook(chapter).metadata.edition != edition


def test_a_solution_that_would_hide_more_than_itself_is_named():
    solution = {"cell_type": "code", "source": "1", "metadata": {"tags": ["solution"]}, "id": "a"}
    text = {"cell_type": "markdown", "source": "More text.", "metadata": {}, "id": "b"}
    with pytest.raises(ValueError, match="ends in cell a; after it, a heading"):
        list(notebooks.fold_solutions(map(nbformat.from_dict, [solution, text])))


# --- building -----------------------------------------------------------------------------------


def bytes_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site built once more, without a Pyodide at hand."""
    out = tmp_path_factory.mktemp("lite") / "site"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYODIDE", raising=False)
        jupyterlite.build_site(out)
    return out


def test_the_same_sources_give_the_same_bytes(built):
    """Oracle: the site in the built book, built by another process at another time."""
    ours, theirs = bytes_of(built), bytes_of(HTML / "lite")
    theirs = {name: content for name, content in theirs.items() if not name.startswith("static/pyodide/")}
    address = b"./static/pyodide/pyodide.js"
    theirs["jupyter-lite.json"] = theirs["jupyter-lite.json"].replace(address, f"{pyodide.CDN}pyodide.js".encode())
    assert [name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)] == []


def test_without_a_pyodide_at_hand_the_pages_fetch_the_tested_version_from_its_publisher(built):
    config = json.loads((built / "jupyter-lite.json").read_text(encoding="utf-8"))["jupyter-config-data"]
    kernel = config["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert kernel["pyodideUrl"] == "https://cdn.jsdelivr.net/pyodide/v0.27.7/full/pyodide.js"


def test_writing_a_chapter_copies_notebooks_and_builds_nothing(built, monkeypatch):
    monkeypatch.delenv("PYODIDE", raising=False)
    monkeypatch.setattr(jupyterlite, "build_program", lambda *_, **__: pytest.fail("JupyterLite was built again."))
    monkeypatch.setattr(notebooks, "FIRST", "**Another first cell.**")
    before = bytes_of(built)
    jupyterlite.build_site(built)
    after = bytes_of(built)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed == {f"files/{name}.ipynb" for name in CHAPTERS.values()} | {"api/contents/all.json"}


def test_the_site_is_small_and_holds_no_source_maps(built):
    files = bytes_of(built)
    assert not [name for name in files if name.endswith(".map")]
    assert sum(map(len, files.values())) < 18e6


@pytest.fixture
def distribution(tmp_path, monkeypatch):
    """A Pyodide distribution whose packages hold next to nothing to compile, one of them of no use here."""
    monkeypatch.setattr(pyodide, "compiler", lambda: None)
    folder, packages = tmp_path / "pyodide", {}
    folder.mkdir()
    for name in [*pyodide.PACKAGES, "matplotlib"]:
        content = name.encode()
        (folder / f"{name}.zip").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        packages[name] = {"name": name, "file_name": f"{name}.zip", "sha256": digest, "depends": []}
    for name in pyodide.CORE:
        (folder / name).write_bytes(b"core")
    lock = {"info": {"version": pyodide.VERSION}, "packages": packages}
    (folder / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    return folder


def test_a_distribution_is_taken_from_a_folder_or_an_address_without_what_no_chapter_needs(distribution, tmp_path):
    with served(distribution) as port:
        for place, out in [(str(distribution), "one"), (f"http://127.0.0.1:{port}/", "two")]:
            pyodide.write_distribution(tmp_path / out, pyodide.distribution(place))
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    kept = {*pyodide.CORE, "pyodide-lock.json", *(f"{name}.zip" for name in pyodide.PACKAGES)}
    assert set(bytes_of(tmp_path / "one")) == kept
    assert "matplotlib" not in (tmp_path / "one" / "pyodide-lock.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "file, old, new, words",
    [
        ("pyodide-lock.json", pyodide.VERSION, "0.99.0", "holds Pyodide 0.99.0. The notebooks are tested with 0.27.7"),
        ("pyodide-lock.json", '"scipy": {', '"skipy": {', "lacks the package scipy"),
        ("scipy.zip", "scipy", "skipy", "scipy.zip from .* is damaged"),
        ("pyodide.js", None, None, "there is no pyodide.js"),
    ],
)
def test_a_distribution_that_will_not_do_is_refused_with_a_reason(distribution, tmp_path, file, old, new, words):
    path = distribution / file
    if old is None:
        path.unlink()
    else:
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=words):
        pyodide.write_distribution(tmp_path / "out", pyodide.distribution(str(distribution)))


def test_a_folder_without_pyodide_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"there is no pyodide-lock\.json\. Name the folder"):
        jupyterlite.build_site(tmp_path / "site", str(tmp_path))


# --- the kit ------------------------------------------------------------------------------------


@pytest.mark.parametrize("hosted", [True, False])
def test_a_kit_is_the_same_bytes_twice_and_says_where_python_comes_from(tmp_path, monkeypatch, hosted):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    book = tmp_path / "html"
    for name in ["index.html", "_static/a.js", "_static/a.js.map", "_sources/a.txt", ".buildinfo", "lite/files/a.ipynb"]:
        (book / name).parent.mkdir(parents=True, exist_ok=True)
        (book / name).write_text(name * 100, encoding="utf-8")
    if hosted:
        (book / "lite" / "static" / "pyodide").mkdir(parents=True)
        (book / "lite" / "static" / "pyodide" / "pyodide.js").write_text("x", encoding="utf-8")
    zips = []
    for out in ("one", "two"):
        sizes = write_kit(book, tmp_path / out)
        zips.append((tmp_path / out / f"{SLUG}.zip").read_bytes())
    assert zips[0] == zips[1]
    with zipfile.ZipFile(io.BytesIO(zips[0])) as archive:
        names = archive.namelist()
        text = archive.read(f"{SLUG}/README.txt").decode("utf-8")
        assert {entry.date_time for entry in archive.infolist()} == {(2023, 11, 14, 22, 13, 20)}
        assert sum(raw for _, raw, _ in sizes) == sum(entry.file_size for entry in archive.infolist())
    left = {f"{SLUG}/" + name for name in ["README.txt", "serve.py", "book/index.html", "book/_static/a.js"]}
    assert left <= set(names) and not [name for name in names if re.search(r"\.map$|_sources|buildinfo", name)]
    assert ("It needs no connection to the internet" in text) == hosted
    assert ("Python is NOT in the kit" in text) != hosted
    assert "instructors' notebooks with the answers" in text and "delete the folders book/class/instructor and book/lms" in text


def test_a_kit_needs_a_built_book(tmp_path):
    with pytest.raises(ValueError, match="Run: make book"):
        write_kit(tmp_path)


@pytest.fixture
def server(kit):
    """The kit's own server, started as its README says."""
    with started(kit) as server:
        yield server


def get(address, **headers):
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as reply:
        return reply.headers, reply.read()


def test_the_kits_server_says_its_addresses_and_sends_every_file_as_it_is(server):
    assert f"http://localhost:{server.port}" in server.printed
    assert re.search(rf"For the class: +http://[\d.]+:{server.port}", server.printed)
    types = {}
    patterns = ("book/*.*", "book/lite/*.js*", f"book/lite/files/{FIRST}*")
    for path in [path for pattern in patterns for path in server.kit.glob(pattern)]:
        url = f"{server.address}/{path.relative_to(server.kit / 'book').as_posix()}"
        headers, body = get(url, **{"Accept-Encoding": "gzip"})
        squeezed = headers["Content-Encoding"] == "gzip"
        assert (gzip.decompress(body) if squeezed else body) == get(url)[1] == path.read_bytes()
        assert headers["Cache-Control"] == "no-cache"
        types[path.suffix] = headers["Content-Type"]
        with pytest.raises(urllib.error.HTTPError, match="304"):
            get(url, **{"If-Modified-Since": headers["Last-Modified"], "Accept-Encoding": "gzip"})
    assert types[".js"] == "text/javascript" and types[".ipynb"] == "application/json"


def test_the_kits_server_names_a_taken_port(server):
    command = [sys.executable, "serve.py", str(server.port)]
    said = subprocess.run(command, cwd=server.kit, capture_output=True, text=True)
    assert said.returncode and f"Port {server.port} cannot be used" in said.stderr


@pytest.mark.parametrize("port", ["abc", "99999", "0", "-1", "8000.5", ""])
def test_the_kits_server_says_what_a_port_is(kit, port):
    said = subprocess.run([sys.executable, "serve.py", port], cwd=kit, capture_output=True, text=True, timeout=120)
    assert said.returncode and said.stderr.startswith(f"{port!r} is no port. A port is a number from 1 to 65535")


def test_the_kits_server_without_its_book_says_so(tmp_path):
    shutil.copy2(ROOT / "_ext" / "browser" / "serve.py", tmp_path)
    said = subprocess.run([sys.executable, "serve.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert said.returncode and said.stderr.startswith(f"There is no book in {tmp_path / 'book'}. Unpack the kit whole")


@pytest.mark.parametrize(
    "asked, squeezed",
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("gzip; q=0.0, br", False), ("br", False), ("", False)],
)
def test_the_kits_server_compresses_for_those_who_take_it(crowded, asked, squeezed):
    server, files = crowded
    headers, body = get(f"{server.address}/0.html", **{"Accept-Encoding": asked})
    assert headers["Content-Encoding"] == ("gzip" if squeezed else None)
    assert (gzip.decompress(body) if squeezed else body) == files["0.html"] and headers["Vary"] == "Accept-Encoding"


def test_nonsense_and_readers_who_go_away_leave_the_servers_window_as_it_is(crowded):
    server, files = crowded
    cut_short = b"GET /python.wasm HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n"
    for nonsense in [b"GET /%00 HTTP/1.1\r\n\r\n", b"\x16\x03\x01\r\n\r\n", cut_short]:
        with socket.create_connection(("127.0.0.1", server.port)) as gone:
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # cut off, not closed
            gone.sendall(nonsense)
            time.sleep(0.2)
    assert get(f"{server.address}/2.png")[1] == files["2.png"]
    server.process.terminate()
    assert server.process.stdout.read() == "" == server.process.stderr.read()


def test_an_edit_in_the_kit_does_not_reach_the_build_nor_the_other_way_round(tmp_path):
    book = tmp_path / "html"
    (book / "lite").mkdir(parents=True)
    (book / "index.html").write_text("as it was built", encoding="utf-8")
    page = gather(book, tmp_path / "kit") / "book" / "index.html"
    page.write_text("edited", encoding="utf-8")
    assert (book / "index.html").read_text(encoding="utf-8") == "as it was built"
    (book / "index.html").write_text("built again", encoding="utf-8")
    assert page.read_text(encoding="utf-8") == "edited"


@pytest.fixture
def crowded(tmp_path):
    """A server with as many files as a browser asks for, one of them as large as Python's program; yields it and them."""
    rng, files = random.Random(2022), {}
    for number in range(200):
        files[f"{number}.{('html', 'js', 'png')[number % 3]}"] = rng.randbytes(2_000)
    files["python.wasm"] = b"".join(rng.randbytes(16) + bytes(84) for _ in range(100_000))
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "index.html").write_bytes(b"the front page")
    for name, content in files.items():
        (tmp_path / "book" / name).write_bytes(content)
    shutil.copy2(ROOT / "_ext" / "browser" / "serve.py", tmp_path)
    with started(tmp_path) as server:
        yield server, files


def ask_at_once(server, connections):
    """Open connections at the same instant, and ask for some files on each; yield each file's name and what came."""
    ready = threading.Barrier(len(connections))

    def ask(names):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        ready.wait()
        came = []
        for name in names:
            try:
                connection.request("GET", f"/{name}", headers={"Accept-Encoding": "gzip"})
                reply = connection.getresponse()
                came.append((name, reply.headers["Content-Encoding"], reply.read()))
            except (OSError, http.client.HTTPException) as error:
                came.append((name, None, error))
        connection.close()
        return came

    with ThreadPoolExecutor(len(connections)) as pool:
        for came in pool.map(ask, connections):
            yield from came


def not_whole(came, files):
    """Of what came, the files that are not what they should be, each with what came instead."""
    whole = functools.cache(lambda name, encoding, body: (gzip.decompress(body) if encoding else body) == files[name])
    return [(name, body) for name, encoding, body in came if isinstance(body, Exception) or not whole(name, encoding, body)]


def test_a_hundred_readers_who_start_at_one_instant_get_every_file(crowded):
    server, files = crowded
    first = ["0.html", "1.js", "2.png", "3.html", "python.wasm"]
    came = list(ask_at_once(server, [[name] for name in first] * 100))  # five connections for each reader
    assert len(came) == 500 and not not_whole(came, files)


def test_a_hundred_readers_make_the_server_compress_a_file_once(crowded):
    """Oracle: the memory that Linux saw the server use; a second copy and its compression are 13 MB more."""
    server, files = crowded
    came = list(ask_at_once(server, [["python.wasm"]] * 100))
    assert len({body for _, _, body in came}) == 1 and not not_whole(came, files)
    peak = peak_memory(server.process)
    if peak == peak:  # elsewhere nobody tells
        assert peak < 100


def test_thirty_browsers_with_two_hundred_requests_each_get_every_file(crowded):
    server, files = crowded
    names = list(files)
    came = list(ask_at_once(server, [names[place::6] for place in range(6)] * 30))  # a browser's six connections
    assert len(came) == 30 * len(files) > 6_000 and not not_whole(came, files)


# --- chapters, run -----------------------------------------------------------------------------


@needs_python
@each_run
def test_a_chapter_runs_to_its_last_cell(ran, name):
    code = [cell for cell in ran(name).cells if cell["type"] == "code"]
    assert len(code) == sum(cell["cell_type"] == "code" for cell in lite_cells(name))
    assert not [cell["source"] for cell in code if cell["ran"] is None]
    assert not [output for cell in code for output in cell["outputs"] if output["output_type"] == "error"]


def said(outputs):
    """What a cell says in plain text, whichever pandas prints it."""
    texts = [text_of(output) for output in outputs]
    texts = [re.sub(r"dtype: int32$", "dtype: int64", text) for text in texts]  # the browser's Python has 32 bits
    # Above a Series, pandas 2 prints the name of the index where pandas 3 has lost it on the way.
    return [re.sub(r"^\w+\n(?=.*\n)", "", text) for text in texts]


def text_of(output):
    if output["output_type"] == "stream":
        return "".join(output["text"])
    return "".join(output["data"]["text/plain"])


@needs_python
@each_run
def test_a_chapter_says_what_is_stored(ran, name):
    stored = {cell["id"]: said(cell["outputs"]) for cell in chapter_cells(name) if cell["cell_type"] == "code"}
    here = {cell["id"]: said(cell["outputs"]) for cell in ran(name).cells if cell["type"] == "code"}
    assert here.pop("set-up") == ["Set-up done.\n"]
    for cell in chapter_cells(name):
        if "nbval-ignore-output" in cell["tags"]:  # it names the versions
            assert "pandas" in here.pop(cell["id"])[0]
    assert here == {id: stored[id] for id in shown_code(name)}


class Tables(HTMLParser):
    """The words and numbers below the charts of a page."""

    def __init__(self, html):
        super().__init__()
        self.depth, self.texts = 0, []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.depth += tag == "details"

    def handle_endtag(self, tag):
        self.depth -= tag == "details"

    def handle_data(self, data):
        if self.depth:
            self.texts.append(data)


def charts(cells):
    """The words and numbers of each chart, by cell."""
    outputs = [(cell["id"], output["data"]) for cell in cells for output in cell.get("outputs", []) if "data" in output]
    html = {id: "".join(data.get("text/html", "")) for id, data in outputs}
    return {id: Tables(text).texts for id, text in html.items() if '<figure class="chart"' in "".join(text)}


@needs_python
@each_run
def test_every_chart_is_drawn_from_the_numbers_that_are_stored(ran, name):
    facts, stored = ran(name), charts(chapter_cells(name))
    assert stored and charts(facts.cells) == {id: text for id, text in stored.items() if id in charts(facts.cells)}
    assert facts.charts == len(charts(facts.cells)) == len(stored)
    assert not facts.undrawn


@needs_python
@each_run
def test_the_self_test_is_shown_and_no_output_lies_in_a_small_box(ran, name):
    assert ran(name).questions == len(practice.questions(int(name[:2])))
    assert not ran(name).scrolled


@needs_python
@each_run
def test_solutions_with_code_are_folded_and_nothing_else_is(ran, name):
    """Oracle: what JupyterLab shows."""
    cells, folded = chapter_cells(name), set()
    for is_solution, run in groupby(cells, lambda cell: "solution" in cell["tags"]):
        run = list(run)
        if is_solution and any(cell["cell_type"] == "code" for cell in run):
            folded |= {cell["id"] for cell in run}
    assert ran(name).folded == folded


@needs_python
@each_run
def test_a_chapter_asks_no_other_host_and_nothing_fails(ran, name, address):
    facts = ran(name)
    assert not [url for url in facts.asked if not url.startswith((f"{address}/", "data:", "blob:"))]
    assert not facts.complaints


@needs_python
def test_everything_of_pyodide_that_is_shipped_is_used(ran):
    asked = {url.rpartition("/")[2] for url in ran(FIRST).asked}
    assert {path.name for path in (HTML / "lite" / "static" / "pyodide").iterdir()} <= asked


@needs_python
def test_what_must_load_is_said_before_it_loads(ran):
    """Oracle: the sizes of the files of Python that the browser asks for."""
    python = HTML / "lite" / "static" / "pyodide"
    asked = {url.rpartition("/")[2] for url in ran(FIRST).asked if "/static/pyodide/" in url}
    megabytes = sum((python / name).stat().st_size for name in asked) / 1e6
    page = (HTML / "chapters" / f"{FIRST}.html").read_text(encoding="utf-8")
    said = [re.search(r"about (\d+) MB", page)[1], re.search(r"PYTHON = (\d+)", NOTEBOOK_JS)[1]]
    assert [int(number) for number in said] == pytest.approx([megabytes, megabytes], rel=0.1)


@needs_python
def test_the_notebook_says_how_much_of_python_has_arrived(ran):
    facts = ran(FIRST)
    assert re.fullmatch("Python is loading: [1-5][05] of about 55 MB", facts.arrived)
    expect(facts.tab.locator("nav.book [role=status]")).to_be_empty()


def test_a_telephone_can_press_all_that_is_above_the_notebook(tab):
    tab = tab(FIRST)
    small = (
        "all => all.filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 24).map(one => one.outerHTML)"
    )
    assert not tab.locator("nav.book :is(a, button), .jp-NotebookPanel-toolbar :is(button, jp-button)").evaluate_all(small)
    top, bar = (tab.locator(f"nav.book{part}").first.bounding_box() for part in (" a", ""))
    assert top["y"] >= bar["y"] and top["y"] + top["height"] <= bar["y"] + bar["height"]


NOTEBOOK_JS = (ROOT / "_ext" / "browser" / "notebook.js").read_text(encoding="utf-8")


# --- a reader -----------------------------------------------------------------------------------


def cell(tab, text):
    """The first cell that has some text in its source, also after the text has changed."""
    found = f"({CELLS})().findIndex(cell => cell.source.includes({json.dumps(text)}))"
    place = tab.wait_for_function(f"(place => place >= 0 && {{place}})({found})", polling=200).json_value()["place"]
    return tab.locator(".jp-Notebook .jp-Cell").nth(place)


def write(tab, cell, text):
    """Type into a cell in place of what is there."""
    cell.locator(".cm-content").click()
    tab.keyboard.press("Control+a")
    tab.keyboard.insert_text(text)


def save(tab, by_itself=False):
    """Save, or wait until JupyterLite has saved by itself, which takes some seconds."""
    if not by_itself:
        tab.evaluate(RUN, "docmanager:save")
    tab.wait_for_function("jupyterapp.shell.currentWidget?.context.model.dirty === false", timeout=120_000)


def sources(tab):
    tab.wait_for_function(THERE, timeout=120_000)
    return {cell["id"]: cell["source"] for cell in tab.evaluate(CELLS)}


def blank(name):
    """The first place for an answer that is checked: the cell's id, and the exercise."""
    cells = [cell for cell in chapter_cells(name) if "answer" in cell["tags"] and cell["cell_type"] == "code"]
    return cells[0]["id"], re.search(r'check\("([\d.]+)"', cells[0]["source"])[1]


BLANK, EXERCISE = blank(FIRST)


@needs_python
def test_an_answer_is_checked_a_failing_cell_stops_nothing_and_all_survives_a_reload(ran):
    """Last of the tests of the notebook that has run."""
    tab = ran(FIRST).tab
    place = cell(tab, f'check("{EXERCISE}"')
    right, slip, *_ = practice.answers(EXERCISE)
    for value, words in [(slip.value, slip.say), (right.value, f"✓ {EXERCISE} is right.")]:
        write(tab, place, f'answer = {value!r}\ncheck("{EXERCISE}", answer)')
        tab.keyboard.press("Control+Enter")
        expect(place.locator(".jp-OutputArea")).to_contain_text(words[:60], timeout=120_000)
    write(tab, place, "1 / 0")
    tab.keyboard.press("Control+Enter")
    expect(place.locator(".jp-OutputArea")).to_contain_text("ZeroDivisionError", timeout=120_000)
    write(tab, place, f'check("{EXERCISE}", {right.value!r})  # mine')
    tab.keyboard.press("Control+Enter")
    expect(place.locator(".jp-OutputArea")).to_contain_text("is right.", timeout=120_000)
    save(tab)
    tab.reload()
    assert sources(tab)[BLANK].endswith("# mine")
    expect(cell(tab, "# mine").locator(".jp-OutputArea")).to_contain_text("is right.")
    tab.wait_for_function(f"document.querySelector('figure.chart') && !({UNDRAWN})()")


def test_what_was_typed_a_moment_ago_is_there_when_the_page_comes_back(tab):
    """A tablet that turns to another app hides the page, and may never show it again."""
    tab = tab(FIRST)
    write(tab, cell(tab, f'check("{EXERCISE}"'), "# typed")
    tab.evaluate("""() => {
        Object.defineProperty(document, "hidden", { value: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    save(tab, by_itself=True)
    tab.goto("about:blank")
    tab.go_back()
    assert sources(tab)[BLANK] == "# typed"


def test_two_chapters_in_two_tabs_keep_their_own_changes(tab):
    pages = [(tab(name), blank(name)[1]) for name in (FIRST, LAST)]
    for page, exercise in pages:
        page.bring_to_front()
        write(page, cell(page, f'check("{exercise}"'), f"# mine {exercise}")
        save(page)
    for page, exercise in pages:
        page.reload()
        assert f"# mine {exercise}" in sources(page).values()


def test_a_second_tab_of_one_chapter_never_overwrites_the_first_in_silence(tab):
    one, two = tab(FIRST), tab(FIRST)
    first, second = (cell(each, f'check("{EXERCISE}"') for each in (one, two))
    one.bring_to_front()
    write(one, first, "# of the first tab")
    save(one)
    two.bring_to_front()
    write(two, second, "# of the second tab")
    expect(two.locator(".jp-Dialog")).to_contain_text("has changed", timeout=120_000)
    one.reload()
    assert sources(one)[BLANK] == "# of the first tab"


def republish(tab):
    """Serve a new edition of the first chapter."""
    notebook = json.loads((HTML / "lite" / "files" / f"{FIRST}.ipynb").read_text(encoding="utf-8"))
    notebook["metadata"]["edition"] = "another"
    notebook["cells"][1]["source"] = "# A new edition"
    tab.context.route(f"**/files/{FIRST}.ipynb", lambda route: route.fulfill(json=notebook))


def test_a_saved_copy_never_hides_a_new_edition_and_is_never_lost(tab):
    tab = tab(FIRST)
    write(tab, cell(tab, f'check("{EXERCISE}"'), "# my old work")
    save(tab)
    tab.reload()
    expect(tab.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=120_000)
    expect(tab.locator("dialog.book")).to_have_count(0)  # the same edition: nothing to ask
    republish(tab)

    tab.reload()
    expect(tab.locator("dialog.book")).to_contain_text("This chapter has changed")
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Go on with my copy").click()
    assert sources(tab)[BLANK] == "# my old work"

    tab.reload()
    tab.get_by_role("button", name="Open the new edition").click()
    assert "# A new edition" in sources(tab).values() and "# my old work" not in sources(tab).values()
    write(tab, cell(tab, f'check("{EXERCISE}"'), "# my new work")
    save(tab)

    tab.reload()  # nothing to ask any more
    assert sources(tab)[BLANK] == "# my new work"
    tab.get_by_role("link", name="My copy of").click()
    tab.wait_for_url("**my%20copy%20of**")
    assert sources(tab)[BLANK] == "# my old work"
    tab.get_by_role("link", name="The new edition").click()
    assert sources(tab)[BLANK] == "# my new work"


def kept(tab):
    """What the browser keeps in place of the first answer: in the chapter, and in copies of earlier editions."""
    files = tab.evaluate(SAVED)
    answers = {name: next(cell["source"] for cell in cells if cell["id"] == BLANK) for name, cells in files.items()}
    return answers.pop(f"{FIRST}.ipynb", None), sorted(answers.values())


SAVED = """async () => {
    const store = `JupyterLite Storage - ${new URL("..", location).pathname}`;
    const database = await new Promise(done => { indexedDB.open(store).onsuccess = e => done(e.target.result); });
    const files = await new Promise(done => {
        database.transaction("files").objectStore("files").getAll().onsuccess = e => done(e.target.result);
    });
    database.close();
    return Object.fromEntries(files.map(file => [file.name, file.content.cells]));
}"""


def test_what_another_tab_saves_while_the_question_stands_is_set_aside_and_not_what_was_there_before(tab):
    one = tab(FIRST)
    write(one, cell(one, f'check("{EXERCISE}"'), "# early")
    save(one)
    two = republish_and_ask(one)
    one.bring_to_front()
    write(one, cell(one, "# early"), "# late")
    save(one)
    one.close()  # it would save again when its Python has started, as the notebook then learns of which version that is
    two.get_by_role("button", name="Open the new edition").click()
    assert "# A new edition" in sources(two).values()
    assert kept(two) == (None, ["# late"])


def test_a_question_that_another_tab_has_answered_already_deletes_nothing(tab):
    one = tab(FIRST)
    write(one, cell(one, f'check("{EXERCISE}"'), "# my old work")
    save(one)
    two = republish_and_ask(one)
    one.reload()
    one.get_by_role("button", name="Open the new edition").click()
    one.wait_for_selector(".jp-Notebook .jp-Cell", timeout=120_000)
    write(one, cell(one, f'check("{EXERCISE}"'), "# my new work")
    save(one)
    two.bring_to_front()
    two.get_by_role("button", name="Open the new edition").click()
    assert sources(two)[BLANK] == "# my new work"
    assert kept(two) == ("# my new work", ["# my old work"])


FULL_STORES = {
    "there is one of that name": "function (...what) { this.put(...what); return add.apply(this, what); }",
    "no room is left": """function (...what) {
        const request = add.apply(this, what);
        request.onsuccess = () => this.transaction.abort();
        return request;
    }""",
}


@pytest.mark.parametrize("fault", FULL_STORES)
def test_a_copy_that_cannot_be_set_aside_stays_where_it_is_and_the_page_says_so(tab, fault):
    tab = tab(FIRST)
    write(tab, cell(tab, f'check("{EXERCISE}"'), "# my old work")
    save(tab)
    republish(tab)
    script = f"const add = IDBObjectStore.prototype.add; IDBObjectStore.prototype.add = {FULL_STORES[fault]};"
    tab.add_init_script(f"{{ {script} }}")
    tab.reload()
    tab.get_by_role("button", name="Open the new edition").click()
    expect(tab.locator("dialog.book")).to_contain_text("Your copy could not be set aside")
    tab.get_by_role("button", name="Go on with my copy").click()
    assert sources(tab)[BLANK] == "# my old work"
    assert kept(tab) == ("# my old work", [])


def republish_and_ask(tab):
    """Serve a new edition; open it in another tab, where the question waits for an answer."""
    republish(tab)
    other = tab.context.new_page()
    other.goto(tab.url)
    expect(other.locator("dialog.book")).to_contain_text("This chapter has changed")
    return other


def test_a_browsers_cache_never_hides_a_new_edition(tab):
    """A copy in the cache that the browser thinks fresh: it was sent with a promise not to change for a year."""
    tab = tab(FIRST)
    republish(tab)
    tab.reload()
    assert "# A new edition" in sources(tab).values()


YOUR_STUDY = next((name for name in CHAPTERS.values() if "my-study" in json.dumps(chapter_cells(name))), None)


@needs_python
@pytest.mark.skipif(not YOUR_STUDY, reason="No chapter of this book asks for the reader's own files.")
def test_a_readers_own_survey_reaches_python_and_nothing_else_and_what_is_not_there_is_never_reported_as_there(
    with_python, address
):
    """Oracle: all that the browser sends, and all that it stores."""
    tab = with_python(YOUR_STUDY)
    said, choose = tab.locator("nav.book output"), tab.locator("nav.book input[type=file]")
    secret = "SECRET-OF-A-PARTICIPANT"
    files = [{"name": path.name, "mimeType": "text/csv", "buffer": path.read_bytes()} for path in TEMPLATE]
    next(file for file in files if file["name"] == "before.csv")["buffer"] += f"\n{secret}".encode()
    choose.set_input_files(files[:1])  # at once: Python takes longer than this
    expect(said).to_contain_text("Python has not started yet")
    tab.wait_for_function(READY, timeout=240_000)
    first = tab.locator(".jp-Notebook .jp-CodeCell").nth(1)

    def run(code, printed):
        write(tab, first, code)
        tab.keyboard.press("Control+Enter")
        expect(first.locator(".jp-OutputArea")).to_contain_text(printed, timeout=120_000)

    def bring():
        choose.set_input_files([])
        choose.set_input_files(files)

    run('from pathlib import Path\nhome = Path.home() / "my-study"\nprint(home.write_text("in the way"), "signs")', "10 signs")
    bring()
    expect(said).to_contain_text(f"{files[0]['name']} did not arrive: [Errno 20] File exists", timeout=120_000)
    run("home.unlink()\nprint(home.exists())", "False")
    bring()
    expect(said).to_contain_text('In Path.home() / "my-study": ', timeout=120_000)
    there = sorted(f"raw/{path.name}" if path.parent.name == "raw" else path.name for path in TEMPLATE)
    size = next(len(file["buffer"]) for file in files if file["name"] == "before.csv")
    run(
        """print(*sorted(path.relative_to(home).as_posix() for path in home.rglob("*.csv")))
print(len((home / "raw" / "before.csv").read_bytes()))""",
        f"{' '.join(there)}\n{size}",
    )
    save(tab)
    for request in tab.requests:
        assert request.method == "GET" and secret not in request.url
        assert request.url.startswith((f"{address}/", "data:", "blob:"))
    assert secret not in tab.evaluate(STORED)
    tab.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    expect(said).to_contain_text("without your files: bring them again", timeout=120_000)


TEMPLATE = [path for path in (ROOT / "data" / "template").rglob("*.csv")]
STORED = """async () => {
    const all = [];
    for (const { name } of await indexedDB.databases()) {
        const database = await new Promise(done => { indexedDB.open(name).onsuccess = e => done(e.target.result); });
        for (const store of database.objectStoreNames)
            all.push(await new Promise(done => {
                database.transaction(store).objectStore(store).getAll().onsuccess = e => done(e.target.result);
            }));
    }
    return JSON.stringify([all, { ...localStorage }, { ...sessionStorage }, document.cookie]);
}"""


# --- ways in ------------------------------------------------------------------------------------


@each_chapter
def test_the_page_of_a_chapter_leads_to_its_notebook(name):
    page = lxml.html.parse(HTML / "chapters" / f"{name}.html")
    (link,) = page.xpath("//a[contains(., 'Run this chapter in your browser')]/@href")
    assert link == f"../lite/notebooks/index.html?path={name}.ipynb"
    assert (HTML / "lite" / "files" / f"{name}.ipynb").exists()


def test_the_link_of_a_page_opens_the_notebook_and_the_notebooks_link_the_page(browser, address):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/chapters/{FIRST}.html")
        page.get_by_role("link", name="Run this chapter in your browser").click()
        page.get_by_role("link", name="Back to the chapter").click(timeout=120_000)
        page.wait_for_url(f"**/chapters/{FIRST}.html")


def test_from_a_folder_the_notebook_says_what_to_do_instead(browser, kit):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{(kit / 'book' / 'chapters' / f'{FIRST}.html').as_uri()}")
        page.get_by_role("link", name="Run this chapter in your browser").click()
        expect(page.get_by_role("dialog")).to_contain_text("Python cannot start from a file")
        expect(page.get_by_role("dialog")).to_contain_text("python -m http.server")
        page.get_by_role("link", name="Back to the book").click()
        page.wait_for_url("**/chapters/index.html")


def test_an_unknown_notebook_and_a_lost_network_are_named(browser, address):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/lite/notebooks/index.html?path=nowhere.ipynb")
        expect(page.get_by_role("dialog")).to_contain_text("There is no such notebook")
        context.route("**/files/**", lambda route: route.abort())
        page.goto(f"{address}/lite/notebooks/index.html?path={FIRST}.ipynb")
        expect(page.get_by_role("dialog")).to_contain_text("The book cannot be reached")
        page.goto(f"{address}/lite/index.html")
        page.wait_for_url("**/chapters/index.html")


@in_one_book
@needs_python
def test_the_kits_server_and_localhost_do_as_well(browser, server):
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        tab = visit(context, server.address, FIRST)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        run_all(tab)
        assert not tab.evaluate(UNDRAWN)
        assert not tab.complaints
        question = next(question for question in practice.questions(min(CHAPTERS)) if question.kind == "number")
        box = tab.locator("form.quiz fieldset", has=tab.locator("input[type=text]")).first
        box.locator("input").press_sequentially(f"{question.value:g}a")
        assert box.locator("input").input_value() == f"{question.value:g}a"  # keys that are shortcuts of the notebook, too
        box.locator("input").press("Backspace")
        box.locator("input").press("Enter")
        expect(box.locator("output")).to_contain_text("Right")
