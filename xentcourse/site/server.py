"""The published folder as GitHub Pages serves it: below a path, compressed, with its own 404 page."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

#: What GitHub Pages compresses.
TEXT = (".html", ".css", ".js", ".svg", ".json", ".xml", ".txt", ".ipynb")
PATH = "/xentcourse/"


@cache
def compressed(path: Path, _changed: float) -> bytes:
    """A file as it travels."""
    return gzip.compress(path.read_bytes(), compresslevel=6, mtime=0)


class PagesHandler(SimpleHTTPRequestHandler):
    """Answers as GitHub Pages does."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send a file, or the page for wrong addresses."""
        path, status = self.file(), 200
        if not path.is_file():
            path, status = Path(self.directory) / "404.html", 404
        if not path.is_file():
            self.send_error(404)
            return
        squeeze = path.suffix in TEXT and "gzip" in self.headers.get("Accept-Encoding", "")
        body = compressed(path, path.stat().st_mtime) if squeeze else path.read_bytes()
        self.send_response(status)
        self.send_header("Content-Type", self.content_type(path))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        if squeeze:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def file(self) -> Path:
        """The file that is asked for; what lies outside the site's path is not there."""
        if not self.path.startswith(PATH):
            return Path(self.directory) / "no such file"
        path = Path(self.translate_path("/" + self.path.removeprefix(PATH)))
        return path / "index.html" if path.is_dir() else path

    def content_type(self, path: Path) -> str:
        """With the encoding of text."""
        kind = self.guess_type(str(path))
        return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine; gives its address, without a slash at the end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(PagesHandler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{PATH.rstrip('/')}"
        server.shutdown()
