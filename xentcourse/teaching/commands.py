"""The commands of those who teach: parse, call, print."""

from pathlib import Path

import click

from xentcourse.course import Course
from xentcourse.working import working

GRADEBOOK = click.option(
    "--gradebook", metavar="URL", default="", help="Another database, such as PostgreSQL's."
)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--chapter", "slugs", multiple=True, metavar="SLUG", help="Only this one; may be repeated.")
@click.option("--term", default="", help='Such as "Autumn 2026".')
def teach(folder: Path, slugs: tuple[str, ...], term: str) -> None:
    """Lay out a class in FOLDER: what grading needs of the course, course.toml, and roster.csv.

    Typed again it changes nothing that is there, and adds the chapters that are named.
    """
    from xentcourse.teaching.layout import lay_class

    course = Course.find()
    with working():
        written = lay_class(course, folder, slugs, term=term)
    for path in written:
        if path.parent == folder.resolve():
            click.echo(path)
    click.echo(f"Next: cd {folder}, put your students into roster.csv and your dates into course.toml.")


@click.command()
@GRADEBOOK
def roster(gradebook: str) -> None:
    """Check roster.csv, and tell the gradebook who is in the class."""
    from xentcourse.grading.assignment import find_root
    from xentcourse.grading.grade import alone
    from xentcourse.teaching.roster import enter

    root = find_root()
    with working(), alone(root):
        count = enter(root, gradebook or f"sqlite:///{root / 'gradebook.db'}")
    click.echo(f"The gradebook knows {count} students.")


@click.command()
@click.argument("assignment")
@click.argument("source")
@click.option("--roster", type=click.Path(path_type=Path), help="By default roster.csv beside course.toml.")
def collect(assignment: str, source: str, roster: Path | None) -> None:
    """Collect ASSIGNMENT from SOURCE: a folder, the zip that Canvas or Moodle made, or the word exchange.

    The latest of several uploads counts, and all are kept under collected/.
    """
    from xentcourse.grading.assignment import find_assignment
    from xentcourse.teaching import collect as collecting

    found = find_assignment(assignment)
    with working():
        result = collecting.collect(found, source, roster)
    click.echo(collecting.as_text(result, assignment))


@click.command()
@click.argument("assignment")
@click.argument("student")
@click.argument("part")
@click.option("--reason", required=True, help="For the record, and for the learner to read.")
@click.option("--points", type=float, help="What you decide; by default the part's check decides.")
@GRADEBOOK
def regrade(
    assignment: str, student: str, part: str, reason: str, points: float | None, gradebook: str
) -> None:
    """Grade one PART of a STUDENT's ASSIGNMENT again, on appeal, and nothing else; appeals.csv records it."""
    from xentcourse.grading.appeal import regrade_part
    from xentcourse.grading.assignment import find_assignment

    found = find_assignment(assignment)
    with working():
        appeal = regrade_part(found, student, part, reason=reason, points=points, db_url=gradebook)
    click.echo(
        f"{appeal.student}, {appeal.part}: {appeal.before:g} → {appeal.after:g} of {appeal.of:g} "
        f"({appeal.how}); recorded in appeals.csv"
    )


@click.command()
@click.argument("assignment")
@click.option("--anonymous", is_flag=True, help="Leave names out.")
@click.option("--to", "path", type=click.Path(path_type=Path), help="By default reports/ASSIGNMENT.html.")
@GRADEBOOK
def report(assignment: str, anonymous: bool, path: Path | None, gradebook: str) -> None:
    """Write a page about the class's work on ASSIGNMENT: points, checks, wrong answers, pairs too alike."""
    from xentcourse.grading.assignment import find_assignment
    from xentcourse.grading.grade import gradebook_of
    from xentcourse.teaching.report import write_report

    found = find_assignment(assignment)
    path = path or found.root / "reports" / f"{assignment}.html"
    with working():
        write_report(found, gradebook or gradebook_of(found), path, anonymous=anonymous)
    click.echo(f"The report is written. Open {path.resolve().as_uri()}")


@click.command()
@click.argument("assignment")
@click.option("--student", "students", multiple=True, help="Of this student only; may be repeated.")
@click.option("--to", "path", type=click.Path(path_type=Path), help="By default ASSIGNMENT-feedback.zip.")
@GRADEBOOK
def feedback(assignment: str, students: tuple[str, ...], path: Path | None, gradebook: str) -> None:
    """Write everybody's feedback page on ASSIGNMENT, and a zip of them that Canvas and Moodle take back."""
    from xentcourse.grading.assignment import find_assignment
    from xentcourse.grading.grade import gradebook_of
    from xentcourse.teaching import feedback as returning

    found = find_assignment(assignment)
    path = path or Path(f"{assignment}-feedback.zip")
    with working():
        returning.make_pages(found, gradebook or gradebook_of(found), students)
        pages = returning.pages_of(found, students)
        returning.pack(pages, path)
    click.echo(returning.as_text(pages, path))


@click.command()
@click.argument("assignments", nargs=-1)
@click.option("--format", "format_", type=click.Choice(["canvas", "moodle"]), required=True)
@click.option("--to", "path", type=click.Path(path_type=Path), help="By default canvas.csv or moodle.csv.")
@GRADEBOOK
def export(assignments: tuple[str, ...], format_: str, path: Path | None, gradebook: str) -> None:
    """Write grades as Canvas or Moodle import them; of all ASSIGNMENTS, or of those that are named."""
    from xentcourse.grading.assignment import find_root
    from xentcourse.teaching.export import FORMATS, export_grades

    root = find_root()
    plugin = FORMATS[format_]
    path = path or Path(plugin.default_name)
    with working():
        waiting = export_grades(root, plugin, path, assignments, gradebook)
    click.echo(f"The grades are written to {path}.")
    if waiting:
        click.echo(f"{len(waiting)} wait for a person's grade: {', '.join(waiting)}", err=True)


COMMANDS = (teach, roster, collect, regrade, feedback, report, export)
