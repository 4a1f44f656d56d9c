"""What every command has in common."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from xentcourse.course import CourseError


@contextmanager
def working() -> Iterator[None]:
    """Inside, a CourseError says that the work failed, not that the command was used wrongly."""
    try:
        yield
    except CourseError as error:
        raise click.ClickException(str(error)) from error
