"""Measure the book, print one table, and write it to BENCH.md: make bench.

A machine's speed drifts by half within an hour, so what depends on it is given as a ratio to a peer that is measured
in the same run: a minimal Jupyter Book of the same versions with as many pages, R, a plain loop over SciPy, a notebook
that only imports, a single reader.
"""

import contextlib
import functools
import gzip
import io
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import prepost
import yaml
from playwright.sync_api import sync_playwright
from scipy import stats

from _ext.shared.chromium import launch

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9][0-9]-*.ipynb"))
HEAD = "| what | this book | peer | ratio | aim | |\n| --- | ---: | ---: | ---: | ---: | --- |"
ABOUT = """# Measured

`make bench` wrote this file: {cores} cores, Python {python}, {browser}.
Seconds depend on the machine and on what else it does; the ratios to a peer, measured in the same run, hold.

{table}

- **building**: processor seconds of `make book`. Peer: a minimal Jupyter Book of the same versions with as many pages,
  a sentence each, {notebooks} of them notebooks of one cell.
- **reading**: each page in headless Chromium, network cut, every solution open, until the last chart and formula is
  drawn. *Cold*: nothing in the browser's cache. *Warm*: after another chapter was read. Peer: a page of the minimal
  book, with the theme as it comes.
- **running**: each notebook from start to end. Peers: a notebook that only imports what the chapters import; CPython.
- **running on the page**: *Make this page live*, until Python is there and the set-up has run; then *Run all*. Peer: the
  same chapter as a notebook in the browser.
- **serving**: on this machine alone; thirty readers who start at once. Peer: a single reader.
- **statistics**: Peers: R, all 2ⁿ patterns of signs, and a plain loop over `scipy.stats.wilcoxon`, timed on the first
  {rows} of each chapter's simulated studies.
"""
LOOPED = 200  # studies that the plain loop tests; its time grows in proportion
READERS = 30


class Table:
    """The rows of the table, printed as they come."""

    def __init__(self):
        self.lines = HEAD.splitlines()
        print(HEAD)

    def row(self, what, here, peer="", ratio="", aim="", met=None):
        verdict = "" if met is None else "met" if met else "**missed**"
        self.lines.append(f"| {what} | {here} | {peer} | {ratio} | {aim} | {verdict} |")
        print(self.lines[-1], flush=True)

    def without(self, what, why):
        self.row(what, f"not measured: {why}")


def times(value):
    """Print a ratio with two digits that count."""
    return f"{value:.0f} ×" if value >= 10 else f"{value:.2g} ×"


# --- building -----------------------------------------------------------------------------------


def processor_seconds(command, folder, environment=None):
    """Run a command and return how long it and its children kept a processor busy, and the most memory of one, MB."""
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(map(str, command))} failed:\n{said.read().decode()[-3000:]}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def copy_of_the_book(folder):
    """Copy what the book is made of; its environment is used as it is."""
    left_out = shutil.ignore_patterns(".git", ".venv", "_build", ".pytest_cache", "__pycache__", ".ipynb_checkpoints")
    shutil.copytree(ROOT, folder, ignore=left_out)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def minimal_book(folder):
    """Write a Jupyter Book with as many pages and notebooks as this one, and nothing on them."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    names = [toc["root"], *(page["file"] for part in toc["parts"] for page in part["chapters"])]
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        heading = f"# {path.name}\n\nA page with one sentence.\n"
        if (ROOT / f"{name}.ipynb").exists():
            output = nbformat.v4.new_output("execute_result", {"text/plain": "2"}, execution_count=1)
            cells = [
                nbformat.v4.new_markdown_cell(heading, id="heading"),
                nbformat.v4.new_code_cell("1 + 1", id="cell", execution_count=1, outputs=[output]),
            ]
            kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
            nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), f"{path}.ipynb")
        else:
            Path(f"{path}.md").write_text(heading, encoding="utf-8")
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    configure(folder, execute="off")
    return folder


def configure(folder, execute):
    settings = {"title": "Minimal", "execute": {"execute_notebooks": execute}}
    (folder / "_config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")


def add_a_sentence(notebook):
    content = json.loads(notebook.read_text(encoding="utf-8"))
    content["cells"][0]["source"] = "".join(content["cells"][0]["source"]) + "\n\nA sentence more."
    notebook.write_text(json.dumps(content), encoding="utf-8")


def building(table, place):
    """Build the book and the minimal one in turn: afresh, unchanged, after a change, and with all notebooks run."""
    book, minimal = copy_of_the_book(place / "book"), minimal_book(place / "minimal")
    pages = len(list(minimal.rglob("*.ipynb"))) + len(list(minimal.rglob("*.md")))
    ours = ["make", "-o", ".venv/.installed", "book"]  # never makes the environment anew, which is that of this folder
    theirs = [Path(sys.executable).with_name("jupyter-book"), "build", "-q", "."]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}

    def compare(what, ours=ours, theirs=theirs, at_most=None):
        mine, _ = processor_seconds(ours, book, environment)
        peer, _ = processor_seconds(theirs, minimal, environment)
        ratio = mine / peer
        aim = (f"≤ {at_most} ×", ratio <= at_most) if at_most else ()
        here = f"{mine:.1f} s, {mine / pages:.2f} s a page"
        table.row(f"building, {what}", here, f"{peer:.1f} s", times(ratio), *aim)

    compare("clean")
    compare("nothing changed", at_most=1.3)
    for notebook in (book / "chapters" / CHAPTERS[6].name, minimal / "chapters" / CHAPTERS[6].name):
        add_a_sentence(notebook)
    compare("one chapter changed")
    for folder in (book, minimal):
        shutil.rmtree(folder / "_build")
    configure(minimal, execute="force")
    compare("clean, all notebooks run", [*ours[:-1], "execute", "book"])
    return minimal


# --- reading ------------------------------------------------------------------------------------

# What is still to be drawn; a chart or formula in a closed solution counts too, since all are opened.
UNFINISHED = """() => {
    document.querySelectorAll("details.solution").forEach(solution => solution.open = true);
    const charts = [...document.querySelectorAll("figure.chart")];
    const formulas = [...document.querySelectorAll(".math")];
    const left = charts.some(chart => !chart.querySelector("svg .role-mark :is(path, line, text, image)"))
        || formulas.some(formula => !formula.querySelector("math, mjx-container"));
    return document.readyState === "complete" && !left && performance.now();
}"""


class Counting(SimpleHTTPRequestHandler):
    """Serves files as GitHub Pages does, to be kept for ten minutes, and notes what was sent."""

    def end_headers(self):
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        self.server.sent.append(path)
        super().do_GET()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving_folder(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Counting, directory=folder))
    server.sent = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()


@functools.cache
def sizes(path):
    """Return the size of a file as it is and compressed, in bytes; fonts and images are compressed already."""
    content = path.read_bytes() if path.is_file() else b""
    return len(content), min(len(content), len(gzip.compress(content, 6)))


def visit(context, server, page):
    """Open a page, wait until all is drawn, and return what it took."""
    server.sent.clear()
    tab = context.new_page()
    tab.goto(f"http://127.0.0.1:{server.server_port}/{page}")
    drawn = tab.wait_for_function(UNFINISHED, polling=20, timeout=60_000).json_value()
    nodes = tab.evaluate("document.querySelectorAll('*').length")
    tab.close()
    raw, small = (sum(part) / 1000 for part in zip(*map(sizes, server.sent)))
    return {"requests": len(server.sent), "kB": raw, "kB gzipped": small, "nodes": nodes, "s": drawn / 1000}


def look_at(browser, folder, pages, before):
    """Open each page with an empty cache, and again in a visit that began with another chapter."""
    with serving_folder(folder) as server:
        cold = {}
        for page in pages:
            with browser.new_context() as context:
                cold[page] = visit(context, server, page)
        with browser.new_context() as context:
            visit(context, server, before)
            warm = {page: visit(context, server, page) for page in pages if page != before}
    return pd.DataFrame(cold).T, pd.DataFrame(warm).T


def reading(table, minimal):
    """Open every page of the book, and one of the minimal book."""
    chapters = [f"chapters/{path.stem}.html" for path in CHAPTERS]
    pages = sorted(path.relative_to(HTML).as_posix() for path in (HTML / "chapters").rglob("*.html"))
    with sync_playwright() as playwright:
        browser = launch(playwright)
        name = f"Chromium {browser.version}"
        ours = look_at(browser, HTML, pages, before=chapters[6])
        peers = look_at(browser, minimal / "_build" / "html", chapters[6:7], before=chapters[0])
        browser.close()
    for what, column, form, aims in [
        ("requests", "requests", "{:.0f}", {}),
        ("raw", "kB", "{:.0f} kB", {}),
        ("gzipped", "kB gzipped", "{:.0f} kB", {"cold": 1000, "warm": 50}),
        ("elements of the page", "nodes", "{:.0f}", {"cold": 5000}),
        ("last chart and formula drawn", "s", "{:.2f} s", {}),
    ]:
        for when, seen, peer in zip(("cold", "warm"), ours, peers):
            if column == "nodes" and when == "warm":
                continue
            here, there = seen[column], peer[column].iloc[0]
            aim = (f"< {form.format(aims[when])}", here.max() < aims[when]) if when in aims else ()
            both = f"{form.format(here.median())}, at most {form.format(here.max())} ({Path(here.idxmax()).stem})"
            table.row(f"reading, {when}: {what}", both, form.format(there), times(here.median() / there), *aim)
    return name


# --- running ------------------------------------------------------------------------------------


def running(table, place):
    """Run every chapter in a process of its own, and a notebook that only imports."""
    book = copy_of_the_book(place / "run")
    plain = book / "chapters" / "imports.ipynb"
    imports = "import altair, numpy, pandas, scipy.stats\nimport practice, prepost"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(imports, id="imports")]), plain)

    def run(name):
        started = time.perf_counter()
        busy, memory = processor_seconds([sys.executable, "-m", "_ext.execute", f"chapters/{name}"], book)
        return {"seconds": time.perf_counter() - started, "processor seconds": busy, "peak memory": memory}

    peer = run(plain.name)
    seen = pd.DataFrame({path.stem: run(path.name) for path in CHAPTERS}).T
    for what, form in [("seconds", "{:.1f} s"), ("processor seconds", "{:.1f} s"), ("peak memory", "{:.0f} MB")]:
        here = seen[what]
        both = f"{form.format(here.median())}, at most {form.format(here.max())} ({here.idxmax()})"
        table.row(f"running in CPython: {what}", both, form.format(peer[what]), times(here.median() / peer[what]))
    return seen


def running_in_the_browser(table, cpython):
    """Run every chapter in the book's in-browser Python: in a first visit, and after another one."""
    what = "running in the browser"
    if not (HTML / "lite" / "static" / "pyodide").exists():
        table.without(what, "the built book holds no Python for the browser (PYODIDE=… make book)")
        return
    from conftest import served
    from test_browser import run_chapter

    names = [path.stem for path in CHAPTERS]
    with served(HTML) as port, sync_playwright() as playwright, launch(playwright) as browser:
        address, first = f"http://127.0.0.1:{port}", {}
        for name in names:
            with browser.new_context() as context:
                first[name] = run_chapter(context, address, name)
        with browser.new_context() as context:
            run_chapter(context, address, names[-1])
            later = {name: run_chapter(context, address, name) for name in names[:-1]}
    for when, seen, limit in [("cold", first, 40), ("warm", later, 15)]:
        there = cpython["seconds"][list(seen)].median()
        for label, fact, form, most in [
            ("kernel ready", "ready", "{:.1f} s", None),
            ("chapter finished", "seconds", "{:.1f} s", limit),
            ("peak memory", "memory", "{:.0f} MB", None),
        ]:
            values = {name: getattr(facts, fact) for name, facts in seen.items()}
            here, worst = statistics.median(values.values()), max(values, key=values.get)
            both = f"{form.format(here)}, at most {form.format(values[worst])} ({worst})"
            peer = (f"{there:.1f} s in CPython", times(here / there)) if most else ("", "")
            aim = (f"< {most} s", values[worst] < most) if most else ()
            table.row(f"{what}, {when}: {label}", both, *peer, *aim)
    return later


def running_on_the_page(table, notebooks):
    """Make pages live and run them: some in a first visit, all but one after another one."""
    what = "running on the page"
    lacking = [path for path in ("lite/static/pyodide", "_static/live") if not (HTML / path).exists()]
    if lacking:
        table.without(what, f"the built book holds no {lacking[0]} (PYODIDE=… make book, where npm is)")
        return
    from conftest import served
    from test_live import run_page

    names = [path.stem for path in CHAPTERS]
    with served(HTML) as port, sync_playwright() as playwright, launch(playwright) as browser:
        address, first = f"http://127.0.0.1:{port}", {}
        for name in names[::6]:
            with browser.new_context() as context:
                first[name] = run_page(context, address, name)
        with browser.new_context() as context:
            run_page(context, address, names[-1])
            later = {name: run_page(context, address, name) for name in names[:-1]}
    for when, seen, limit in [("cold", first, 10), ("warm", later, 7)]:
        there = statistics.median(notebooks[name].seconds for name in seen if name in notebooks)
        for label, fact, unit, most in [
            ("ready, set up", "ready", "s", limit),
            ("chapter finished", "seconds", "s", None),
            ("peak memory", "memory", "MB", 1200),
        ]:
            values = {name: getattr(facts, fact) for name, facts in seen.items()}
            here, worst = statistics.median(values.values()), max(values, key=values.get)
            form = "{:.1f} s" if unit == "s" else "{:.0f} MB"
            both = f"{form.format(here)}, at most {form.format(values[worst])} ({worst})"
            peer = ("", "") if most else (f"{there:.1f} s as a notebook, warm", times(here / there))
            aim = (f"< {most} {unit}", values[worst] < most) if most else ()
            table.row(f"{what}, {when}: {label}", both, *peer, *aim)


# --- serving ------------------------------------------------------------------------------------


def fetch(addresses):
    """Fetch files one after another, as one reader; return the seconds it took and the bytes."""
    started, got = time.perf_counter(), 0
    for address in addresses:
        with urllib.request.urlopen(address, timeout=120) as reply:
            got += len(reply.read())
    return time.perf_counter() - started, got


def serving(table):
    """Let thirty readers fetch a chapter with all its files, and then the kernel, from one server."""
    chapter = f"chapters/{CHAPTERS[6].stem}.html"
    with serving_folder(HTML) as server, sync_playwright() as playwright:
        browser = launch(playwright)
        with browser.new_context() as context:
            visit(context, server, chapter)
        browser.close()
        files = {"a chapter": [path.relative_to(HTML).as_posix() for path in server.sent if path.is_file()]}
    kernels = sorted(path.parent for path in HTML.rglob("pyodide.asm.wasm"))
    files["the browser's Python"] = [
        path.relative_to(HTML).as_posix() for folder in kernels[:1] for path in sorted(folder.iterdir())
    ]
    command = [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(HTML), "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        port = re.search(rb"port (\d+)", server.stdout.readline())[1].decode()
        for what, names in files.items():
            what = f"serving {what} to {READERS} readers at once, the last one has it"
            if not names:
                table.without(what, "the built book holds no Python for the browser (PYODIDE=… make book)")
                continue
            addresses = [f"http://127.0.0.1:{port}/{name}" for name in names]
            alone, size = fetch(addresses)
            with ThreadPoolExecutor(READERS) as readers:
                seen = list(readers.map(fetch, [addresses] * READERS))
            last = max(seconds for seconds, _ in seen)
            speed = READERS * size / last / 1e6
            here = f"{last:.1f} s, {size / 1e6:.1f} MB each, {speed:.0f} MB/s"
            table.row(what, here, f"{alone:.2f} s", times(last / alone))
    finally:
        server.terminate()
        server.wait()


# --- statistics ---------------------------------------------------------------------------------

R = """
suppressPackageStartupMessages(library(exactRankTests))
change <- scan(file("stdin"), quiet = TRUE)
busy <- function(expression) { gc(FALSE); sum(system.time(for (i in 1:3) expression())[c(1, 2)]) / 3 }
if (any(duplicated(abs(change)))) {
  value <- function() wilcox.exact(change[change != 0], exact = TRUE)$p.value
  cat(format(value(), digits = 15), busy(value))
} else {
  value <- function() wilcox.test(change, conf.int = TRUE, exact = TRUE)
  cat(format(c(value()$estimate, value()$conf.int), digits = 15), busy(value))
}
"""


def seconds_of(function, repeat=5):
    """Return the shortest processor time of several calls, and the result."""
    took = []
    for _ in range(repeat):
        started = time.process_time()
        result = function()
        took.append(time.process_time() - started)
    return min(took), result


def ask_r(change):
    """Let R test the changes; return its numbers and the seconds it took."""
    said = subprocess.run(["Rscript", "-e", R], input="\n".join(map(str, change)), capture_output=True, text=True, check=True)
    *numbers, took = map(float, said.stdout.split())
    return numbers, took


def by_enumeration(change):
    """Two-sided p value from all 2**n patterns of signs."""
    ranks = stats.rankdata(np.abs(change[change != 0]))
    sums = np.zeros(1)
    for rank in ranks:
        sums = np.concatenate([sums, sums + rank])
    observed = ranks[change[change != 0] > 0].sum()
    return min(1, 2 * min((sums <= observed).mean(), (sums >= observed).mean()))


def statistics_(table):
    rng = np.random.default_rng(2022)
    have_r = (
        shutil.which("Rscript")
        and not subprocess.run(["Rscript", "-e", "library(exactRankTests)"], capture_output=True).returncode
    )
    tied = {n: np.rint(rng.normal(1, 4, size=n)) for n in (16, 20, 34, 100, 500)}

    def compare(what, took, difference, peer_took):
        here, peer = f"{1000 * took:.2f} ms, differs by {difference:.0e}", f"{1000 * peer_took:.1f} ms"
        table.row(what, here, peer, times(took / peer_took), "same to 1e-12", difference <= 1e-12)

    for n, change in tied.items():
        took, p = seconds_of(lambda: prepost.exact_p(change, zeros="drop"))
        if n <= 20:
            peer_took, peer = seconds_of(lambda: by_enumeration(change))
            compare(f"exact p with ties, n = {n}, against enumeration", took, abs(p / peer - 1), peer_took)
        elif have_r:
            (peer,), peer_took = ask_r(change)
            compare(f"exact p with ties, n = {n}, against R's exactRankTests", took, abs(p / peer - 1), peer_took)
        else:
            table.without(f"exact p with ties, n = {n}, against R", "there is no R with exactRankTests")
    for n in (34, 100):
        change = rng.normal(1, 4, size=n).round(6)
        took, interval = seconds_of(lambda: prepost.pseudo_median(change))
        what = f"pseudo-median and interval, n = {n}, against R's wilcox.test"
        if not have_r:
            table.without(what, "there is no R")
            continue
        peer, peer_took = ask_r(change)
        compare(what, took, np.abs(interval[["estimate", "low", "high"]].to_numpy(dtype=float) - peer).max(), peer_took)


def power(table):
    """Run the chapters that simulate, and whenever they test all rows at once, test some of them in a loop as well."""
    own = stats.wilcoxon

    def compared(x, *args, axis=0, **options):
        x = np.asarray(x)
        if axis != 1 or x.ndim != 2 or len(x) < 1000:
            return own(x, *args, axis=axis, **options)
        started = time.process_time()
        result = own(x, *args, axis=axis, **options)
        middle = time.process_time()
        loop = [own(row, *args, **options).pvalue for row in x[:LOOPED]]
        took["rows"] += middle - started
        took["loop"] += (time.process_time() - middle) * len(x) / LOOPED
        took["studies"] += len(x)
        assert np.array_equal(loop, result.pvalue[:LOOPED])
        return result

    for number in (2, 8, 11):
        took = dict.fromkeys(["rows", "loop", "studies"], 0)
        notebook = nbformat.read(CHAPTERS[number - 1], as_version=4)
        stats.wilcoxon = compared
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                names = {"__name__": "chapter"}
                for cell in notebook.cells:
                    if cell.cell_type == "code" and not {"remove-cell", "answer"} & set(cell.metadata.get("tags", [])):
                        exec(compile(cell.source, f"chapter {number}", "exec"), names)
        finally:
            stats.wilcoxon = own
        ratio = took["loop"] / took["rows"]
        what = f"power and error rates of chapter {number}, {took['studies']:,} simulated studies tested"
        here, peer = f"{took['rows']:.2f} s", f"{took['loop']:.0f} s in a loop"
        table.row(what, here, peer, f"{ratio:.0f} × faster", "≥ 50 ×", ratio >= 50)


# --- all ----------------------------------------------------------------------------------------


def main():
    if not (HTML / "chapters").exists():
        sys.exit("There is no built book: run make book first.")
    table = Table()
    with tempfile.TemporaryDirectory() as place:
        minimal = building(table, Path(place))
        browser = reading(table, minimal)
        running_on_the_page(table, running_in_the_browser(table, running(table, Path(place))))
    serving(table)
    statistics_(table)
    power(table)
    text = ABOUT.format(
        cores=os.cpu_count(),
        python=platform.python_version(),
        browser=browser,
        notebooks=len(CHAPTERS),
        rows=LOOPED,
        table="\n".join(table.lines),
    )
    (ROOT / "BENCH.md").write_text(text, encoding="utf-8")
    print("Written to BENCH.md")


if __name__ == "__main__":
    main()
