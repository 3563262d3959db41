"""Firefox, driven by WebDriver BiDi, which it speaks itself: no other program is needed.

As a browser that a reader has it shows pages, runs their scripts, and takes clicks and keys.
"""

import contextlib
import itertools
import json
import re
import shutil
import subprocess
import tempfile
import threading
import time

import websocket

NAME = next(filter(None, map(shutil.which, ["firefox-esr", "firefox"])), None)
# No network but this computer's: what asks another host fails, and is seen.
SETTINGS = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
}
START = r"WebDriver BiDi listening on (ws://\S+)"


class Firefox:
    """One tab of a running Firefox; `complaints` holds what its console said and which requests failed."""

    def __init__(self, address):
        self.socket = websocket.create_connection(f"{address}/session", suppress_origin=True, timeout=300)
        self.numbers, self.complaints = itertools.count(1), []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded", "network.fetchError"])
        self.tab = self.send("browsingContext.getTree")["contexts"][0]["context"]

    def send(self, method, **values):
        """Give a command, and return what comes of it."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": values}))
        while (reply := json.loads(self.socket.recv())).get("id") != number:
            said = reply.get("params", {})
            if reply.get("method") == "network.fetchError":
                self.complaints.append(f"failed: {said['request']['url']}")
            elif said.get("level") == "error":
                self.complaints.append(said["text"])
        if reply["type"] == "error":
            raise RuntimeError(f"{method}: {reply['message']}")
        return reply["result"]

    def goto(self, address):
        self.send("browsingContext.navigate", context=self.tab, url=address, wait="complete")

    def size(self, width, height):
        self.send("browsingContext.setViewport", context=self.tab, viewport={"width": width, "height": height})

    def evaluate(self, expression):
        """Return the value of an expression, which may be a promise."""
        target = {"context": self.tab}
        said = self.send(
            "script.evaluate",
            target=target,
            awaitPromise=True,
            expression=f"(async () => JSON.stringify(await ({expression})))()",
        )
        if said["type"] == "exception":
            raise RuntimeError(said["exceptionDetails"]["text"])
        return json.loads(said["result"].get("value", "null"))

    def wait_for(self, expression, seconds=120):
        """Wait until an expression is true."""
        end = time.monotonic() + seconds
        while not self.evaluate(f"!!({expression})"):
            if time.monotonic() > end:
                raise TimeoutError(f"never true: {expression}")
            time.sleep(0.1)

    def press(self, *keys):
        """Press keys, one after another."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.send("input.performActions", context=self.tab, actions=[{"type": "key", "id": "keys", "actions": actions}])

    def click(self, selector, place=0):
        """Click on the middle of an element, which is brought into view."""
        one = f"document.querySelectorAll({json.dumps(selector)})[{place}]"
        self.evaluate(f"{one}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        x, y = self.evaluate(
            f"(box => [box.x + box.width / 2, box.y + box.height / 2].map(Math.round))({one}.getBoundingClientRect())"
        )
        actions = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self.send("input.performActions", context=self.tab, actions=[{"type": "pointer", "id": "mouse", "actions": actions}])


@contextlib.contextmanager
def launch():
    """Start Firefox without a window, and close it at the end."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        with open(f"{profile}/user.js", "w", encoding="utf-8") as file:
            file.writelines(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in SETTINGS.items())
        command = [NAME, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            try:
                said = next(found for line in process.stderr if (found := re.search(START, line)))
                threading.Thread(target=process.stderr.read, daemon=True).start()  # or Firefox waits when the pipe is full
                yield Firefox(said[1])
            finally:
                process.terminate()
