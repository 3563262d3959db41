"""Serve the book in this folder to a class, over the local network: python serve.py [PORT]

It does what python -m http.server does in the folder book. Besides, it says which address to give to the class,
compresses what it sends, lets browsers keep what never changes, and knows the types of files where Windows does not.
"""

import collections
import functools
import gzip
import http.server
import re
import socket
import sys
import threading
from pathlib import Path

BOOK = Path(__file__).resolve().parent / "book"
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ipynb": "application/json",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128  # a class opens its first page at one instant; Python lets 5 wait, and refuses the others

    def handle_error(self, *_):
        """Say nothing of readers who go away or send nonsense: the window shows the address."""


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # one connection for many files
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, **TYPES}

    def end_headers(self):
        self.send_header("Vary", "Accept-Encoding")
        named_by_content = "/lite/build/" in self.path or "/lite/extensions/" in self.path
        self.send_header("Cache-Control", "max-age=31536000" if named_by_content else "no-cache")
        super().end_headers()

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        unchanged = self.headers.get("If-Modified-Since")  # Python's own method knows what to do then
        if unchanged or path.suffix not in TYPES or not self.takes_gzip() or not path.is_file():
            return super().do_GET()
        when = path.stat().st_mtime
        with COMPRESSING[str(path)]:
            body = compressed(path, when)
        self.send_response(200)
        self.send_header("Content-Type", TYPES[path.suffix])
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", self.date_time_string(when))
        self.end_headers()
        self.wfile.write(body)

    def takes_gzip(self):
        asked = re.search(r"gzip(?:\s*;\s*q=([01](?:\.\d+)?))?", self.headers.get("Accept-Encoding", ""))
        return bool(asked) and float(asked[1] or 1) > 0

    def log_message(self, *_):
        pass


COMPRESSING = collections.defaultdict(threading.Lock)  # one for each file, so that only the first reader's is compressed


@functools.cache
def compressed(path, when):
    return gzip.compress(path.read_bytes(), 6)


def address():
    """Return this computer's address in the local network, without sending anything; None if it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for examples; a datagram socket only looks up the way there
            return probe.getsockname()[0]
        except OSError:
            return None


def main(port="8000"):
    if not (BOOK / "index.html").exists():
        sys.exit(f"There is no book in {BOOK}. Unpack the kit whole, and start serve.py in its folder.")
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        sys.exit(f"{port!r} is no port. A port is a number from 1 to 65535: python serve.py 8080")
    port = int(port)
    try:
        server = Server(("", port), functools.partial(Handler, directory=str(BOOK)))
    except OSError as error:
        sys.exit(f"Port {port} cannot be used ({error.strerror}). Name another one: python serve.py {port + 80}")
    print(f"On this computer:  http://localhost:{port}")
    print(f"For the class:     http://{address() or 'ADDRESS-OF-THIS-COMPUTER'}:{port}  (in the same network)")
    print("Leave this window open. Ctrl + C ends it.", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main(*sys.argv[1:2])
