"""Pyodide, which is Python for the browser: what the chapters need of a distribution, and its Python compiled."""

import functools
import hashlib
import importlib.metadata
import io
import json
import re
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path

from prepost.files import write_zip

VERSION = "0.27.7"  # Python 3.12, pandas 2.2.3, SciPy 1.14.1, NumPy 2.0.2, altair 5.4.1
CDN = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
LOCK = "pyodide-lock.json"
CORE = ["pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"]
PACKAGES = ["micropip", "ssl", "sqlite3", "comm", "jedi", "ipython", "altair", "numpy", "pandas", "scipy", "openpyxl"]
OURS = {
    "openpyxl": ["et-xmlfile"],
    "et-xmlfile": [],
}  # pure Python, which the publisher's distribution lacks, and what it needs


def distribution(location):
    """Look into a Pyodide distribution for what the chapters need, and nothing else.

    Parameters
    ----------
    location : str
        A folder, or the address of one.

    Returns
    -------
    dict
        Name of each file and a function that returns its content.
    """
    lock = json.loads(read(location, LOCK))
    version = lock["info"]["version"]
    if version != VERSION:
        raise ValueError(f"{location} holds Pyodide {version}. The notebooks are tested with {VERSION}: take that one.")
    known = {canonical(name): package for name, package in lock["packages"].items()}
    ours = {name: packed(name) for name in OURS if name not in known}
    known |= {name: package for name, (package, _) in ours.items()}
    needed, todo = {}, [canonical(name) for name in PACKAGES]
    while todo:
        name = todo.pop()
        if name not in needed:
            if name not in known:
                raise ValueError(f"{location} lacks the package {name}, which the notebooks need.")
            needed[name] = known[name]
            todo += map(canonical, known[name]["depends"])
    lock["packages"] = dict(sorted(needed.items()))
    files = {name: lambda name=name: read(location, name) for name in CORE}
    for package in lock["packages"].values():
        name, digest = package["file_name"], package["sha256"]
        files[name] = lambda name=name, digest=digest: read(location, name, digest)
    files |= {
        package["file_name"]: lambda content=content: content for name, (package, content) in ours.items() if name in needed
    }
    return {**files, LOCK: lambda: json.dumps(lock).encode()}


def packed(name):
    """Pack a package of this environment as a wheel; return its entry in the lock file, and its bytes."""
    package, wheel = importlib.metadata.distribution(name), io.BytesIO()
    paths = sorted(path for path in package.files if path.suffix != ".pyc" and path.name not in ("INSTALLER", "REQUESTED"))
    write_zip(wheel, ((path.as_posix(), path.read_binary()) for path in paths))
    imported = name.replace("-", "_")
    entry = {
        "name": name,
        "version": package.version,
        "file_name": f"{imported}-{package.version}-py3-none-any.whl",
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.getvalue()).hexdigest(),
        "package_type": "package",
        "imports": [imported],
        "depends": OURS[name],
        "unvendored_tests": False,
    }
    return entry, wheel.getvalue()


def write_distribution(folder, files):
    """Write the files of a distribution, its Python compiled if this computer can."""
    folder.mkdir(parents=True)
    python = compiler()
    lock = json.loads(files.pop(LOCK)())
    packages = {package["file_name"]: package for package in lock["packages"].values()}
    for name, fetch in files.items():
        content = fetch()
        if python and name.endswith((".whl", "stdlib.zip")):
            content = compiled(content, python)
            if name in packages:
                packages[name]["sha256"] = hashlib.sha256(content).hexdigest()
        (folder / name).write_bytes(content)
    (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")


@functools.cache
def compiler():
    """Return the command of a Python of the version that Pyodide has, on which its bytecode depends; None without one."""
    pyenv = [[str(path)] for path in sorted(Path.home().glob(".pyenv/versions/3.12.*/bin/python"))]
    for command in [[sys.executable], ["python3.12"], ["py", "-3.12"], *pyenv]:
        try:
            version = subprocess.run([*command, "--version"], capture_output=True, text=True)
        except OSError:
            continue
        if version.stdout.startswith("Python 3.12."):
            return command
    return None


def compiled(archive, python):
    """Replace the Python files in a wheel by their bytecode, which spares each browser half of its work."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(io.BytesIO(archive)) as old:
        old.extractall(folder)
        options = ["-b", "-q", "-s", folder, "--invalidation-mode", "unchecked-hash"]
        subprocess.run([*python, "-m", "compileall", *options, folder], stdout=subprocess.DEVNULL)
        paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        # some are meant to fail, and have no bytecode
        paths = [path for path in paths if path.suffix != ".py" or not path.with_suffix(".pyc").exists()]
        new = io.BytesIO()
        write_zip(new, ((path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths))
    return new.getvalue()


def canonical(name):
    """Spell a package's name in one way: prompt_toolkit is prompt-toolkit."""
    return re.sub("[-_.]+", "-", name).lower()


def read(location, name, digest=None):
    """Read a file of a folder or of an address, and make sure that it is whole."""
    if re.match("https?://", location):
        with urllib.request.urlopen(f"{location.rstrip('/')}/{name}") as reply:
            content = reply.read()
    else:
        path = Path(location) / name
        if not path.exists():
            raise ValueError(f"PYODIDE={location}: there is no {name}. Name the folder that holds Pyodide {VERSION}.")
        content = path.read_bytes()
    if digest and hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"{name} from {location} is damaged: it is not the file that {LOCK} names.")
    return content
