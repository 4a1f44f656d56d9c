"""The report on links that lead away, from a book that links a real server of this machine."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from test_forms import book_of

from xentcourse.course import CourseError
from xentcourse.site.links import check_links

#: What the server answers, by path.
ANSWERS = {"/here": 200, "/gone": 404, "/moved": 301, "/elsewhere": 302, "/shy": 403}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(ANSWERS[self.path])
        if ANSWERS[self.path] in (301, 302):
            self.send_header("Location", "/here")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET  # noqa: N815  (the library's own name)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as there:
        threading.Thread(target=there.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{there.server_port}"
        there.shutdown()


def test_every_link_is_reported_by_what_came_of_it_and_none_is_a_failure(tmp_path, server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    closed = "http://127.0.0.1:1/nobody"
    text = "\n\n".join(f"[{name}]({server}{name})" for name in ANSWERS)
    page = f"# A page\n\n{text}\n\n[once more]({server}/here)\n\n[closed]({closed})\n"
    told = check_links(book_of(tmp_path, {"index": "# A book", "links": page}))
    first, *lines = told.splitlines()
    assert first == "6 addresses elsewhere."
    heads = [line.split()[:2] for line in lines if line.startswith("   ") and line[3] != " "]
    assert heads == [["2", "answer."], ["1", "have"], ["1", "are"], ["1", "are"], ["1", "could"]]
    places = [line for line in lines if "links.md:" in line]
    said = dict(zip(("moved", "dead", "refused"), places, strict=True))
    assert f"links.md:7: {server}/moved" in said["moved"]
    assert f"{server}/gone" in said["dead"]
    assert f"{server}/shy" in said["refused"]
    assert f"{server}/here" in lines[lines.index(said["moved"]) + 1], "where it has moved to"
    assert "     127.0.0.1:1 (1)" in lines


def test_a_book_that_cannot_be_read_is_an_error(tmp_path):
    course = book_of(tmp_path, {"index": "# A book", "page": "# A page"})
    (tmp_path / "_toc.yml").write_text("format: none")
    with pytest.raises(CourseError, match="the book was not read"):
        check_links(course)
