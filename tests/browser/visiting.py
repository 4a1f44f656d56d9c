"""Opening a page as a reader does."""

from typing import Any


def visit(context: Any, address: str) -> Any:
    """A new page of a browser, once all that it asks for is there."""
    page = context.new_page()
    page.goto(address, wait_until="load")
    return page
