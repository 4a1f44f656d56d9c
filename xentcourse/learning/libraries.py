"""What assignments import that is too large to come along, and may not be installed."""

import importlib.util
import re
import sys

from xentcourse import carry
from xentcourse.learning.workplace import Workplace

#: By the name in an import: what people call it, and what brings it.
LARGE = {"torch": ("PyTorch", "torch")}


def lacking(place: Workplace) -> list[str]:
    """A sentence for each such library that is not installed, with the assignments that need it."""
    return [
        f"{', '.join(slugs)}: needs {called}, which is not installed here. "
        f"To install it: {sys.executable} -m pip install {package}"
        for name, (called, package) in LARGE.items()
        if importlib.util.find_spec(name) is None
        if (slugs := [slug for slug in place.assignments() if imports(place, slug, name)])
    ]


def imports(place: Workplace, slug: str, library: str) -> bool:
    """Whether an assignment, as it was released, imports a library."""
    cells = carry.read(place.released(slug).read_bytes())["cells"]
    line = re.compile(rf"^(import|from) {library}\b", re.MULTILINE)
    return any(line.search(carry.source(cell)) for cell in cells if cell.get("cell_type") == "code")
