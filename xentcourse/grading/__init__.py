"""Releasing assignments and grading classes with nbgrader."""

import sys
from typing import Any

# What reads notebooks (jsonschema) does without this package where it is missing. No notebook has anything
# for it to check, and importing it takes two seconds: longer than grading many people.
_modules: dict[str, Any] = sys.modules
_modules.setdefault("rfc3987_syntax", None)
