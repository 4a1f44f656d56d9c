"""The command line: parse, call, exit. The work is done in the modules that the commands import.

Results go to stdout, one `Error: …` to stderr.
Exit code 0: fine. 1: a build, a check or a submission failed. 2: the command was used wrongly.
"""

import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from xentcourse.course import Chapter, Course, CourseError
from xentcourse.teaching.commands import COMMANDS
from xentcourse.tools import environment
from xentcourse.working import working as _work


def main() -> None:
    """Run the command that was typed, with this Python's scripts on PATH, and exit."""
    os.environ.update(environment())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console of Windows may lack ✓ and ●
    sys.exit(run())


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; `arguments` are by default what was typed."""
    try:
        return int(cli.main(arguments, prog_name="xentcourse", standalone_mode=False) or 0)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "xentcourse"
        said = " ".join(error.format_message().split())  # click lists choices on lines of their own
        return _failed(f"{said} See `{where} --help`.", 2)
    except click.ClickException as error:
        return _failed(error.format_message(), 1)
    except CourseError as error:
        return _failed(str(error), 2)
    except click.Abort:
        return _failed("interrupted.", 1)


def _failed(message: str, code: int) -> int:
    click.echo(f"Error: {message}", err=True)
    return code


@click.group(no_args_is_help=False)
@click.version_option(package_name="xentcourse", message="%(version)s")
def cli() -> None:
    """Build the course's book, learn with its exercises, teach with them, and extend it."""


@cli.command()
@click.option("--builder", default="html", show_default=True, help="What Sphinx makes of the pages.")
def book(builder: str) -> None:
    """Execute the pages and build the website; a warning is an error."""
    from xentcourse.book import build_book

    course = Course.find()
    with _work():
        page = build_book(course, builder=builder)
    click.echo(f"The book is built. Open {page.as_uri()}" if page.is_file() else "The book is built.")


@cli.command()
def publish() -> None:
    """Make the folder that is published from the website that `book` built."""
    from xentcourse.site.publish import publish as make

    with _work():
        page = make(Course.find())
    click.echo(f"The site is ready. Open {page.as_uri()}")


@cli.command()
@click.argument("what", type=click.Choice(["pdf", "epub", "texts", "links"]))
def make(what: str) -> None:
    """Make the book's PDF, its EPUB, or the texts for translators, or look at the links that lead away."""
    from xentcourse.site import forms, links

    course = Course.find()
    makers = {
        "pdf": forms.make_pdf,
        "epub": forms.make_epub,
        "texts": forms.make_texts,
        "links": links.check_links,
    }
    with _work():
        click.echo(makers[what](course))


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("jupyter_options", nargs=-1, type=click.UNPROCESSED)
def lab(jupyter_options: tuple[str, ...]) -> None:
    """Open the exercises in JupyterLab, in your own folder work/.

    JUPYTER_OPTIONS go to JupyterLab as they are: `xentcourse lab --no-browser`.
    """
    from xentcourse.lab import lay_chapters, lay_copies, open_lab
    from xentcourse.learning.workplace import material, workplace

    found, place = material(), workplace()
    around = place.folder.parent
    for laid in lay_copies(found, place):
        click.echo(laid.told(around))
    pages = lay_chapters(found, place)
    for laid in pages:
        if laid.kept:
            click.echo(laid.told(around))
    if new := [laid for laid in pages if not laid.kept]:
        click.echo(f"Laid {len(new)} pages of the book in {place.folder.name}/chapters/")
    sys.stdout.flush()
    _say_what_lacks(place)
    with _work():
        raise click.exceptions.Exit(open_lab(place, jupyter_options))


def _say_what_lacks(place: Any) -> None:
    """Tell which assignments need a library that is not installed."""
    from xentcourse.learning.libraries import lacking

    for line in lacking(place):
        click.echo(line, err=True)


@cli.command()
@click.argument("slug", required=False)
def progress(slug: str | None) -> None:
    """Show parts done, points and minutes left of your assignments; part by part for SLUG.

    The checks run on the notebooks as they are saved in work/. What has not changed is not run again.
    """
    from xentcourse.learning.standing import details, table
    from xentcourse.learning.trial import standing_of
    from xentcourse.learning.workplace import workplace

    place = workplace()
    _say_what_lacks(place)
    if slug:
        click.echo(details(standing_of(place, slug)))
        return
    slugs = place.assignments()
    if not slugs:
        raise CourseError(f"There is no assignment in {place.folder}. `xentcourse lab` lays them there.")
    with _work(), _bar("Checking", slugs) as bar:
        standings = [standing_of(place, each) for each in bar]
    click.echo(table(standings))


@cli.command()
@click.argument("slug")
@click.option("--student", default="", help="Your name in the class, for the file's metadata.")
@click.option("--no-exchange", is_flag=True, help="Only write the file, also where there is an exchange.")
def submit(slug: str, student: str, no_exchange: bool) -> None:
    """Check and pack your notebook of the assignment SLUG, and hand it in.

    It goes to nbgrader's exchange where one is configured; otherwise there is one file to upload.
    """
    from xentcourse.learning.handing_in import hand_in, told
    from xentcourse.learning.workplace import must_exist, workplace

    place = workplace()
    must_exist(place, slug)
    with _work():
        handed = hand_in(place, slug, student=student, exchange=not no_exchange)
    click.echo(told(handed, place.folder.parent))


def _bar(label: str, things: Sequence[str]) -> Any:
    """A bar on a terminal that goes through things, and nothing elsewhere."""
    return click.progressbar(things, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())


@cli.command()
@click.argument("slug", required=False)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a released exercise is out of date.")
@click.option(
    "--variant",
    metavar="SEED",
    type=click.IntRange(min=0),
    help="With SLUG: a variant, with other names of functions and another order of parts.",
)
def release(slug: str | None, check: bool, variant: int | None) -> None:
    """Make the exercises that learners open from solutions/; all of them, or that of SLUG."""
    from xentcourse.grading import release as releasing

    if variant is not None and (slug is None or check):
        raise click.UsageError("--variant goes with a SLUG, and without --check.")
    course = Course.find()
    chapters = _assignments(course, slug)
    with _work():
        if check:
            stale = [chapter for chapter in chapters if releasing.is_stale(chapter, course)]
            if stale:
                files = ", ".join(str(chapter.exercise.relative_to(course.root)) for chapter in stale)
                raise CourseError(f"out of date: {files}. `xentcourse release` makes them anew.")
            click.echo(f"{len(chapters)} of {len(chapters)} released exercises are up to date.")
        else:
            for chapter in chapters:
                click.echo(releasing.release(chapter, course, variant).relative_to(course.root))


def _assignments(course: Course, slug: str | None) -> list[Chapter]:
    """That of SLUG; otherwise those that the class's course.toml names, or all."""
    from xentcourse.grading.settings import read_settings

    chosen = [slug] if slug else read_settings(course.root).assignments
    chapters = [course.chapter(name) for name in chosen] or course.chapters
    return [chapter for chapter in chapters if "exercise" in chapter.pieces()]


@cli.command()
@click.argument("assignment")
@click.option("--student", "students", multiple=True, help="Grade this student only; may be repeated.")
@click.option("--force", is_flag=True, help="Grade again what has not changed since it was graded.")
@click.option("--gradebook", metavar="URL", default="", help="Another database, such as PostgreSQL's.")
@click.option("--processes", type=click.IntRange(min=1), help="Workers; by default one for each core.")
@click.option("--cluster", metavar="ADDRESS", default="", help='A Dask scheduler, or "local", for the work.')
@click.option("--json", "as_json", is_flag=True, help="Print everything that is known, for a program.")
@click.option("--no-sandbox", is_flag=True, help="Let nbgrader run the submissions with your rights.")
def grade(
    assignment: str,
    students: tuple[str, ...],
    force: bool,
    gradebook: str,
    processes: int | None,
    cluster: str,
    as_json: bool,
    no_sandbox: bool,
) -> None:
    """Grade what was handed in for ASSIGNMENT, in a sandbox, into nbgrader's gradebook.

    ASSIGNMENT is a chapter's slug or, in an nbgrader course of your own, an assignment's name.
    What has been graded and has not changed is left alone, so an interrupted run goes on where it stopped.
    """
    from xentcourse.grading import grade as grading
    from xentcourse.grading import summary
    from xentcourse.grading.assignment import find_assignment

    found = find_assignment(assignment)
    options = grading.Options(students, gradebook, force, processes, cluster)
    with _work():
        if no_sandbox:
            _grade_without_walls(assignment, students)
            return
        with _progress() as progress:
            lines = grading.grade_class(found, options, progress)
        if not lines:
            raise CourseError(f"There is no submitted/<student>/{assignment}/ to grade.")
        click.echo(summary.as_json(lines) if as_json else summary.as_text(lines))
        ill = [line.student for line in lines if not line.readable]
        if ill:
            raise CourseError(f"{len(ill)} of {len(lines)} submissions could not be graded.")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar with the rate and the time left, on a terminal only."""
    started = time.monotonic()
    bar = click.progressbar(
        length=1,
        label="Grading",
        file=sys.stderr,
        show_pos=True,
        item_show_func=lambda rate: rate,
        hidden=not sys.stderr.isatty(),
    )

    def progress(done: int, total: int) -> None:
        bar.length = total
        bar.update(done - bar.pos, f"{done / (time.monotonic() - started):.1f} a second")

    with bar:
        yield progress


def _grade_without_walls(slug: str, students: Sequence[str]) -> None:
    from xentcourse.grading import stock

    course = Course.find()
    scores = stock.grade(course, course.chapter(slug), students=list(students) or None)
    if not scores:
        raise CourseError(f"There is no submitted/<student>/{slug}/{slug}.ipynb to grade.")
    width = max(len(name) for name in ["student", *(score.student for score in scores)])
    click.echo(f"{'student':{width}}  points")
    for score in scores:
        points = f"{score.points:g} of {score.max_points:g}"
        click.echo("  ".join(filter(None, [f"{score.student:{width}}", points, score.problem])))
    click.echo("Graded by nbgrader alone: every submission ran with your rights, and could change any grade.")
    ill = [score.student for score in scores if score.problem]
    if ill:
        raise CourseError(f"{len(ill)} of {len(scores)} submissions could not be graded in full.")


@cli.command()
@click.argument("slug")
@click.option("--title", help="The chapter's heading; by default made from SLUG.")
@click.option("--after", metavar="SLUG", help="The chapter that it follows; by default the last one.")
def new(slug: str, title: str | None, after: str | None) -> None:
    """Stamp every piece of a new chapter called SLUG, an underscore identifier."""
    from xentcourse.stamp import stamp

    course = Course.find()
    for path in stamp(course, slug, title=title, after=after):
        click.echo(path.relative_to(course.root))
    click.echo(f"Every line to be written says TODO. What is left: pytest tests -k {slug}")


for command in COMMANDS:
    cli.add_command(command)

if __name__ == "__main__":
    main()
