"""The gradebook of a class: nbgrader's own, as the class's nbgrader_config.py sets it up."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from xentcourse.checks.check import SEED_VARIABLE
from xentcourse.course import CourseError
from xentcourse.grading.settings import read_settings, seed_of
from xentcourse.tools import tools_on_path


def nbgrader_config(root: Path, **settings: str) -> Any:
    """What nbgrader_config.py of the class in `root` sets, with some settings of CourseDirectory replaced."""
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.update(settings)
    return config


def exchange_of(root: Path) -> Path:
    """Where the class's exchange keeps what comes in: its own setting, or the one for all of this machine.

    On a hub every account needs to know it, so it is set in /etc/jupyter rather than in the class's folder.
    """
    from jupyter_core.paths import jupyter_config_path
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import PyFileConfigLoader

    config = nbgrader_config(root)
    for folder in jupyter_config_path():  # what concerns fewest comes first, and counts
        if Path(folder, "nbgrader_config.py").is_file():
            wider = PyFileConfigLoader("nbgrader_config.py", path=folder).load_config().Exchange
            wider.merge(config.Exchange)
            config.Exchange = wider
    api: Any = NbGraderAPI(config=config)
    return Path(str(api.exchange_root), str(api.course_id), "inbound")


def nbgrader_api(root: Path, **settings: str) -> Any:
    """Nbgrader for the class in `root`, with some settings of its CourseDirectory replaced."""
    from nbgrader.apps import NbGraderAPI

    return NbGraderAPI(config=nbgrader_config(root, **settings))


REGISTERED = "_build/nbgrader/registered"  #: where registering leaves assignments as learners get them


def register(root: Path, assignment: str, **settings: str) -> None:
    """Tell the gradebook about the assignment's cells, as its source notebook has them today."""
    with tools_on_path():
        api = nbgrader_api(root, release_directory=REGISTERED, **settings)
        lay_gradebook(api.coursedir.db_url)
        must(api.generate_assignment(assignment), f"enter {assignment} in the gradebook")
        if due := read_settings(root).terms(assignment).due:
            with api.gradebook as gradebook:
                gradebook.update_or_create_assignment(assignment, duedate=due)


def lay_gradebook(db_url: str) -> None:
    """Lay an empty gradebook where there is none, as nbgrader does, but all of it or nothing.

    For the version of its tables nbgrader starts another Python, which takes longer than grading many people.
    """
    from alembic.script import ScriptDirectory
    from nbgrader.api import Base
    from nbgrader.dbutil import ALEMBIC_DIR
    from sqlalchemy import create_engine, inspect, text
    from sqlalchemy.exc import SQLAlchemyError

    engine = create_engine(db_url)
    with suppress(SQLAlchemyError), engine.begin() as connection:  # where it fails, nbgrader says why
        if engine.dialect.name == "sqlite":  # else each table would be committed for itself
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        if not inspect(connection).get_table_names():
            Base.metadata.create_all(connection)
            version = ScriptDirectory(ALEMBIC_DIR).get_current_head()
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
    engine.dispose()


def registered_cells(db_url: str, assignment: str, notebook: str) -> dict[str, str]:
    """The sources of a notebook's cells as nbgrader restores them, by grade id: hidden tests included."""
    from nbgrader.api import Gradebook

    with Gradebook(db_url) as gradebook:
        return {cell.name: cell.source for cell in gradebook.find_notebook(notebook, assignment).source_cells}


def must(result: dict[str, Any], doing: str) -> None:
    """Raise a CourseError where nbgrader did not succeed."""
    if not result["success"]:
        raise CourseError(f"nbgrader could not {doing}:\n{result.get('log', '')}{result.get('error', '')}")


def course_seed(root: Path) -> int:
    """The seed of the checks at grading: the environment's, else that of the class's course.toml."""
    told = os.environ.get(SEED_VARIABLE)
    if told is not None:
        if not told.isdecimal():
            raise CourseError(f"{SEED_VARIABLE} is {told!r}, a whole number is needed. Set it, or unset it.")
        return int(told)
    return seed_of(root)
