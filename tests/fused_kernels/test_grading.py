"""Behind the walls the assignment is graded as at home, its memory included."""

import nbformat
import pytest

from xentcourse.course import Course
from xentcourse.grading.bundle import make_bundle
from xentcourse.grading.run import grade_submission
from xentcourse.grading.source import source_notebook
from xentcourse.grading.workers import start_nursery

WHOLE_TABLE = """
class ChunkedLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, hidden, classifier, labels, chunk):
        log_p = torch.log_softmax(hidden @ classifier.T, dim=1)
        loss = torch.nn.functional.nll_loss(log_p, labels)
        g = log_p.exp_()
        g[torch.arange(len(g)), labels] -= 1
        ctx.gradients = g @ classifier / len(g), g.T @ hidden / len(g)
        return loss

    @staticmethod
    def backward(ctx, from_above):
        return *(from_above * g for g in ctx.gradients), None, None
"""


@pytest.fixture(scope="module")
def marks():
    """The points of each graded cell: of the course's solution, and with the whole table in part 5."""
    source = source_notebook(Course.find().chapter("fused_kernels"))
    bundle = make_bundle("fused_kernels", "fused_kernels", source, seed=5)
    greedy = nbformat.reads(nbformat.writes(source), as_version=4)
    for cell in greedy.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "fused_kernels-chunked_loss_solution":
            cell.source = WHOLE_TABLE + "\n\n" + cell.source[cell.source.index("def chunked_loss") :]
    nursery = start_nursery(bundle)
    try:
        found = [
            grade_submission(bundle, nbformat.writes(n).encode(), nursery).marks for n in (source, greedy)
        ]
    finally:
        nursery.close()
    return [{mark.grade_id.removeprefix("fused_kernels-"): mark for mark in each} for each in found]


def test_the_solution_of_the_course_has_all_points(marks):
    assert [m.message for m in marks[0].values() if m.points != m.max_points] == []
    assert sum(mark.points for mark in marks[0].values()) == 20


def test_a_whole_table_costs_the_points_of_the_memory_and_no_others(marks):
    lost = {name: mark.message for name, mark in marks[1].items() if mark.points != mark.max_points}
    assert list(lost) == ["chunked_memory"]
    assert "a table with a row for every example was built" in lost["chunked_memory"]
