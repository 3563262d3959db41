"""The browser that prints the book and that the tests drive. As a program, it makes sure that there is one."""

import os
import shutil
import subprocess
import sys

from playwright.sync_api import Error, sync_playwright

# The first one is Chromium without windows of its own; it needs half the time of the others.
NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
# class.test is this computer under a name that a browser trusts as little as a laptop's address in a classroom.
SETTINGS = [
    "--host-resolver-rules=MAP class.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--font-render-hinting=none",  # on paper letters stand where the font puts them, not where a screen has pixels
]


def launch(playwright):
    """Start $CHROMIUM, or an installed Chromium or Chrome, or else Playwright's own; without a network."""
    installed = filter(None, map(shutil.which, NAMES))
    return playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or next(installed, None), args=SETTINGS)


def problem():
    """Say why no browser starts; None if one does."""
    with sync_playwright() as playwright:
        try:
            launch(playwright).close()
        except Error as error:
            return error.message


def install():
    """Yield after each attempt to install a browser."""
    attempts = [[sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]]
    if shutil.which("apt-get"):
        root = [] if os.geteuid() == 0 else ["sudo"]
        attempts += [[*root, "apt-get", "update"]]
        attempts += [[*root, "apt-get", "install", "-y", name] for name in NAMES[:2]]
    for command in attempts:
        print("No browser starts yet. Trying:", " ".join(command), flush=True)
        try:
            subprocess.run(command, timeout=300)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(error)
        yield


if __name__ == "__main__":
    attempts = install()
    while why := problem():
        if next(attempts, "none left") == "none left":
            sys.exit(f"This needs Chromium or Chrome: install one, or name it in CHROMIUM.\n{why}")
