"""nbgrader's settings for a copy of the course: the one place for them."""

from typing import Any

from xentcourse.course import Course

#: What learners see where a solution was.
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def configure(config: Any, course: Course) -> Any:
    """Fill a traitlets Config with the course's folders and rules; returns it."""
    config.CourseDirectory.course_id = "xentcourse"
    config.CourseDirectory.root = str(course.root)
    # `xentcourse release` makes these notebooks from solutions/.
    config.CourseDirectory.source_directory = "_build/nbgrader/source"
    config.CourseDirectory.release_directory = "exercises"
    config.ClearSolutions.code_stub = {"python": STUB}
    config.ExecutePreprocessor.timeout = 60  # seconds a cell
    config.Execute.timeout = 60
    # nbgrader's own, and before cells are compared with the release those that were deleted are put back.
    own = [
        f"nbgrader.preprocessors.{name}" for name in ("ClearOutput", "DeduplicateIds", "OverwriteKernelspec")
    ]
    own += ["xentcourse.grading.restore.RestoreCells"]
    own += [f"nbgrader.preprocessors.{name}" for name in ("OverwriteCells", "CheckCellMetadata")]
    config.Autograde.sanitize_preprocessors = own
    return config
