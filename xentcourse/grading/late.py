"""What late work loses, as a plug-in of nbgrader's for late submissions: `nbgrader autograde` uses it too."""

import math

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float

DAY = 24 * 3600


class LatePenalty(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader has no types
    """A share of what was earned for each day that has begun; course.toml says how much."""

    percent_per_day = Float(0.0, help="Percent of the score for each day that has begun.").tag(config=True)
    grace_minutes = Float(0.0, help="Nothing is lost before they are over.").tag(config=True)
    most_percent = Float(100.0, help="No more than this is ever lost.").tag(config=True)

    def late_submission_penalty(
        self,
        student_id: str,  # noqa: ARG002  (nbgrader hands it over)
        score: float,
        total_seconds_late: float,
    ) -> float | None:
        """The points to take off; None for none."""
        counted = total_seconds_late - 60 * self.grace_minutes
        if counted <= 0 or not self.percent_per_day:
            return None
        days = math.ceil(total_seconds_late / DAY)
        return float(score * min(days * self.percent_per_day, self.most_percent) / 100)
