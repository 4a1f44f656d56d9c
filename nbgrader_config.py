"""nbgrader reads this file in the course's folder; the settings are in xentcourse/grading/config.py."""

from pathlib import Path

from xentcourse.course import Course
from xentcourse.grading.config import configure

configure(get_config(), Course.find(Path(__file__).parent))  # noqa: F821  (nbgrader puts it here)
