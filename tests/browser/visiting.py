"""Opening a page as a reader does."""

from typing import Any

#: What a key does that jumps nowhere; then the fonts come that only formulas further down ask for.
UNFOLD = "() => dispatchEvent(new Event('keydown'))"
#: Scripts that wait until something is on the screen, or until nothing else is to do, have run.
SCRIPTS_RAN = """() => new Promise(next => requestIdleCallback(next)).then(() =>
    !document.querySelector("link[as='script']") || window.bootstrap !== undefined)"""


def visit(context: Any, address: str) -> Any:
    """A new page of a browser, once all that it asks for is there."""
    page = context.new_page()
    page.goto(address, wait_until="load")
    page.wait_for_function(SCRIPTS_RAN)
    return page
