"""nbgrader's settings for a copy of the course: the one place for them."""

from dataclasses import asdict
from typing import Any

from xentcourse.course import Course
from xentcourse.grading.settings import Late, read_settings

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
    settings = read_settings(course.root)
    seconds = int(settings.limits.cell_seconds)
    config.ExecutePreprocessor.timeout = seconds
    config.Execute.timeout = seconds
    config.Execute.kernel_manager_class = "xentcourse.grading.kernels.OwnKernelManager"
    config.Execute.shutdown_kernel = "immediate"  # nobody waits for what a submission does at its end
    if settings.late != Late():
        config.AssignLatePenalties.plugin_class = "xentcourse.grading.late.LatePenalty"
        config.LatePenalty.update(asdict(settings.late))
    # nbgrader's own, and before cells are compared with the release those that were deleted are put back.
    own = [
        f"nbgrader.preprocessors.{name}" for name in ("ClearOutput", "DeduplicateIds", "OverwriteKernelspec")
    ]
    own += ["xentcourse.grading.restore.RestoreCells"]
    own += [f"nbgrader.preprocessors.{name}" for name in ("OverwriteCells", "CheckCellMetadata")]
    config.Autograde.sanitize_preprocessors = own
    config.GenerateFeedback.exporter_class = "xentcourse.grading.feedback.FeedbackExporter"
    config.GenerateFeedback.preprocessors = [
        "xentcourse.grading.feedback.GetAllGrades",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    return config
