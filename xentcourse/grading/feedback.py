"""nbgrader's feedback pages, in a fraction of the time: nbgrader_config.py puts both classes in.

What everybody's page has, the released text and the checks, is rendered once for a class and not once for
each student; a page is not parsed again once it is made; and a student's scores and comments come in two
queries, not in one or two for each cell.
"""

import re
from functools import lru_cache
from typing import Any

from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbgrader.api import BaseCell, Comment, Grade
from nbgrader.preprocessors import GetGrades

#: A picture that nobody described, and what nbconvert says in place of a description.
MUTE = re.compile(r"(<img\b(?![^>]*\salt=)[^>]*?)(\s*/?>)")
NO_WORDS = "No description has been provided for this image"
REMEMBERED = 4096  #: texts of cells; a class's own are a few for each student


class FeedbackExporter(HTMLExporter):
    """Renders each text once, and remembers it."""

    def __init__(self, **settings: Any):
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        highlight = Highlight2HTML(pygments_lexer="ipython3", parent=self)  # type: ignore[no-untyped-call]

        @lru_cache(REMEMBERED)
        def highlighted(source: str, language: str | None, magics: str | None) -> str:
            return str(highlight(source, language, {"magics_language": magics} if magics else None))

        @lru_cache(REMEMBERED)
        def rendered(source: str) -> str:
            return str(super(FeedbackExporter, self).markdown2html({}, source))

        self._rendered = rendered
        self._language: str | None = None
        self.filters = {
            "highlight_code": lambda source, language=None, metadata=None: highlighted(
                source, language or self._language, (metadata or {}).get("magics_language")
            )
        }

    def from_notebook_node(
        self, nb: Any, resources: Any = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """As nbconvert has it, which then parses the whole page only to describe pictures without a word."""
        info = nb.metadata.get("language_info", {})
        self._language = info.get("pygments_lexer", info.get("name"))
        resources = self._init_resources(resources)  # type: ignore[no-untyped-call]
        show = WidgetsDataTypeFilter(  # type: ignore[no-untyped-call]
            notebook_metadata=self._nb_metadata, parent=self, resources=resources
        )
        for name, one in (("highlight_code", self.filters["highlight_code"]), ("filter_data_type", show)):
            self.register_filter(name, one)  # type: ignore[no-untyped-call]
        html, resources = TemplateExporter.from_notebook_node(self, nb, resources, **options)
        return MUTE.sub(rf'\1 alt="{NO_WORDS}"\2', html), resources

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """As nbconvert has it; what has pictures of its own is not remembered."""
        if context.get("cell", {}).get("attachments"):
            return str(super().markdown2html(context, source))
        return self._rendered(source)


class GetAllGrades(GetGrades):  # type: ignore[misc]  # nbgrader has no types
    """Asks for all scores and comments of a notebook at once."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """As nbgrader's, with what an earlier notebook had forgotten."""
        self._found: dict[Any, dict[str, Any]] = {}
        done: tuple[Any, Any] = super().preprocess(nb, resources)
        return done

    def _get_score(self, cell: Any, resources: Any) -> None:
        found = self._of(Grade, Grade.score, Grade.max_score).get(cell.metadata.nbgrader.grade_id)
        if found is None:
            super()._get_score(cell, resources)  # which says what is missing
        else:
            cell.metadata.nbgrader["score"], cell.metadata.nbgrader["points"] = found

    def _get_comment(self, cell: Any, resources: Any) -> None:
        found = self._of(Comment, Comment.comment).get(cell.metadata.nbgrader.grade_id)
        if found is None:
            super()._get_comment(cell, resources)
        else:
            (cell.metadata.nbgrader["comment"],) = found

    def _of(self, kind: Any, *columns: Any) -> dict[str, Any]:
        """The columns of all that a notebook has of a kind, by grade id."""
        if kind not in self._found:
            notebook = self.gradebook.find_submission_notebook(
                self.notebook_id, self.assignment_id, self.student_id
            )
            rows = (
                self.gradebook.db.query(BaseCell.name, *columns)
                .select_from(kind)
                .join(BaseCell, kind.cell_id == BaseCell.id)
                .filter(kind.notebook_id == notebook.id)
            )
            self._found[kind] = {name: values for name, *values in rows}
        return self._found[kind]
