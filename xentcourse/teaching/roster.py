"""Who is in the class: roster.csv, which `nbgrader db student import roster.csv` reads as well."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from xentcourse.course import CourseError

FILE = "roster.csv"
#: A student's id is a folder's name, too.
ID = re.compile(r"[A-Za-z0-9_@][A-Za-z0-9_.@+-]{0,127}")


@dataclass(frozen=True)
class Student:
    """A line of the roster."""

    id: str  #: in the gradebook, and the folder's name
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""  #: the number that Canvas has for them
    section: str = ""

    @property
    def name(self) -> str:
        """As Canvas sorts people."""
        return ", ".join(filter(None, (self.last_name, self.first_name))) or self.id

    def spellings(self) -> set[str]:
        """What the files of a learning platform may call this person, as `squashed` makes it."""
        first, last = self.first_name, self.last_name
        names = (first + last, last + first) if first or last else ()
        return {squashed(name) for name in (self.id, self.email, self.email.partition("@")[0], *names)} - {""}


@dataclass(frozen=True)
class Roster:
    """The students of a class."""

    students: Sequence[Student] = ()

    def find(
        self, *, lms_user_id: str = "", name: str = "", passing: bool = False
    ) -> tuple[Student | None, str]:
        """The student with this number, or else with this name; or None, and why.

        passing : the number is one assignment's only, so it may be another's in the roster: the name decides,
                  and the number between people of one name
        """
        by_name = [student for student in self.students if squashed(name) in student.spellings()]
        among = by_name if passing else self.students
        by_number = [student for student in among if lms_user_id and student.lms_user_id == lms_user_id]
        for found in (by_name, by_number) if passing else (by_number, by_name):
            if len(found) == 1:
                return found[0], ""
        if by_name:
            several = " and ".join(sorted(student.id for student in by_name))
            return None, f"{name!r} may be {several}; give them their lms_user_id in {FILE}"
        return None, f"nobody in {FILE} is called {name!r}" + (
            f" or has the lms_user_id {lms_user_id}" if lms_user_id and not passing else ""
        )


def squashed(name: str) -> str:
    """A name without case, accents, spaces and signs, as Canvas makes file names of it.

    >>> squashed("Łukasiewicz, José-María")
    'łukasiewiczjosemaria'
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def read_roster(path: Path) -> Roster:
    """The roster in a CSV file with a heading; empty where there is no such file.

    Raises CourseError that names the line where something is not as it must be.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Roster()
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} can't be read ({error}). Save it as CSV in UTF-8.") from None
    reader = csv.DictReader(text.splitlines(), delimiter=_delimiter(text))
    columns = [name.strip() for name in reader.fieldnames or ()]
    if "id" not in columns:
        raise CourseError(
            f"{path}, line 1: the columns are {', '.join(columns) or 'missing'}; one must be called id. "
            f"The others may be {', '.join(each.name for each in fields(Student)[1:])}."
        )
    reader.fieldnames = columns
    students = [_student(path, reader.line_num, row) for row in reader if any(row.values())]
    _unique(path, students)
    return Roster(students)


def enter(root: Path, db_url: str) -> int:
    """Tell the gradebook who is in the class of `root`, all at once; returns how many they are.

    nbgrader's own import commits after each student, which takes a large class a minute on a slow disk.
    Raises CourseError where roster.csv has nobody.
    """
    from nbgrader.api import Gradebook
    from nbgrader.api import Student as Registered

    from xentcourse.grading.gradebook import lay_gradebook

    students = read_roster(root / FILE).students
    if not students:
        raise CourseError(f"{root / FILE} has no students in it. Put a line for each below its heading.")
    known = ("id", "first_name", "last_name", "email", "lms_user_id")
    lay_gradebook(db_url)
    with Gradebook(db_url) as gradebook:
        for student in students:
            gradebook.db.merge(Registered(**{name: getattr(student, name) or None for name in known}))
        gradebook.db.commit()
    return len(students)


def _delimiter(text: str) -> str:
    """A comma, or what spreadsheets write where the comma is in numbers."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _student(path: Path, line: int, row: dict[str, str | None]) -> Student:
    known = {each.name for each in fields(Student)}
    given = {name: (value or "").strip() for name, value in row.items() if name in known}
    if not ID.fullmatch(given["id"]):
        raise CourseError(
            f"{path}, line {line}: the id is {given['id']!r}; it becomes a folder's name, so letters, digits "
            "and _ . @ + - are expected. A login name will do."
        )
    return Student(**given)


def _unique(path: Path, students: Iterable[Student]) -> None:
    for name in ("id", "lms_user_id"):
        seen: set[str] = set()
        for student in students:
            value = getattr(student, name)
            if value and value in seen:
                raise CourseError(f"{path}: two students have the {name} {value!r}. Give each their own.")
            seen.add(value)
