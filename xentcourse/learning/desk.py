"""What the last cell of an assignment calls: how far you are, and your functions kept for later chapters."""

import html
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from xentcourse import carry, mine
from xentcourse.checks.check import SEED_VARIABLE
from xentcourse.learning.carve import carved, python
from xentcourse.learning.parts import Graded, Part, parts_of
from xentcourse.learning.standing import SIGNS, Standing, stand
from xentcourse.learning.trial import verdict_here
from xentcourse.learning.workplace import Workplace, material

#: nbgrader says here that it runs the notebook, to validate or to grade it.
NBGRADER = "NBGRADER_EXECUTION"
HEADER = (
    '"""Your functions of the assignment `{slug}`, from its notebook: change them there, not here."""\n\n'
)


def progress(check: ModuleType) -> None:
    """Run all checks on the functions of this notebook, and show parts done, points and minutes left.

    check : the chapter's checks, as the notebook imports them
    """
    if _graded():
        return
    slug = _slug(check)
    parts, namespace = parts_of(_notebook(slug), slug), _namespace()
    _show(stand(slug, parts, lambda one: verdict_here(slug, one, namespace), ""))


def save(check: ModuleType) -> None:
    """Keep the functions that pass their checks in work/mine/, where `xentcourse.mine.piece` finds them."""
    if _graded():
        return
    slug = _slug(check)
    place = Workplace.around(Path.cwd())
    if place is None:
        print("Your functions are not kept: this notebook is not in a folder that `xentcourse lab` has laid.")
        return
    sources = [python(source) for source in _namespace().get("In", [])]
    parts = parts_of(_notebook(slug), slug)
    good, why_not = _sorted_out(slug, parts, sources)
    path = place.mine(slug)
    if good:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(module_text(slug, sources, good), encoding="utf-8")
        print(f"Kept in {path.relative_to(place.folder.parent).as_posix()}: {', '.join(good)}")
    for reason, names in why_not.items():
        print(f"Not kept, {reason}: {', '.join(names)}")


def module_text(slug: str, sources: list[str], names: list[str]) -> str:
    """The module of these functions; a variant's are known by their plain names, too."""
    plain = [(name, name.rpartition("_v")[0]) for name in names if _is_variants(name)]
    aliases = "".join(f"\n{short} = {name}" for name, short in plain)
    return HEADER.format(slug=slug) + carved(sources, names) + (f"\n{aliases}\n" if aliases else "")


def _sorted_out(slug: str, parts: list[Part], sources: list[str]) -> tuple[list[str], dict[str, list[str]]]:
    """The functions that pass their checks on their own, and the others by the reason."""
    by_name: dict[str, list[Graded]] = {}
    for one in (one for part in parts for one in part.graded):
        for name in one.functions:
            by_name.setdefault(name, []).append(one)
    namespace = _alone(slug, sources, list(by_name))
    good: list[str] = []
    why_not: dict[str, list[str]] = {}
    for name, checks in by_name.items():
        results = {verdict_here(slug, one, namespace).result for one in checks}
        if results == {"passed"}:
            good.append(name)
        else:
            reason = "not attempted" if "failed" not in results else "a check fails"
            why_not.setdefault(reason, []).append(name)
    return good, why_not


def _alone(slug: str, sources: list[str], names: list[str]) -> dict[str, Any]:
    """The functions in a module of their own, without the notebook around them."""
    try:
        return vars(mine.module(carved(sources, names), Path(f"mine/{slug}.py")))
    except Exception as error:
        print(f"Your functions stop on their own with {type(error).__name__}: {error}")
        return {}


def _is_variants(name: str) -> bool:
    return name.rpartition("_v")[2].isdecimal() and bool(name.rpartition("_v")[0])


def _graded() -> bool:
    """Whether somebody else runs this notebook, for whom there is nothing to show or to keep."""
    return NBGRADER in os.environ or SEED_VARIABLE in os.environ


def _slug(check: ModuleType) -> str:
    return check.__name__.rpartition(".")[2]


def _namespace() -> dict[str, Any]:
    """What the notebook has defined."""
    return vars(sys.modules["__main__"])


def _notebook(slug: str) -> carry.Notebook:
    """The file of this very notebook, which may be a variant; the release where it can't be found."""
    own = Path(os.environ.get("JPY_SESSION_NAME", ""))
    try:
        notebook = carry.read(own.read_bytes())
        if parts_of(notebook, slug):
            return notebook
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return carry.read(material().exercises[slug]())


# ---- shown ------------------------------------------------------------------------------------------


def _show(standing: Standing) -> None:
    from IPython.display import display

    from xentcourse.learning.standing import details

    data = {"text/plain": details(standing), "text/html": as_html(standing)}
    display(data, raw=True)


def as_html(standing: Standing) -> str:
    """A table of the parts, readable on light and dark pages alike."""
    rows = "".join(
        _row(number, part, part.state(standing.verdicts))
        for number, part in enumerate(standing.parts, start=1)
    )
    share = standing.points / standing.max_points if standing.max_points else 0
    bar = f'<progress value="{share:.3f}" max="1" aria-label="points" style="width:16em"></progress>'
    return (
        f"<div><p><strong>{html.escape(standing.summary())}</strong><br>{bar}</p>"
        f'<table style="text-align:left"><thead><tr><th>part</th><th style="text-align:left">you write</th>'
        f"<th>points</th><th>minutes</th><th></th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(number: int, part: Part, state: str) -> str:
    words = {"passed": "done", "failed": "a check fails", "not attempted": "not attempted"}
    names = ", ".join(f"<code>{html.escape(name)}</code>" for name in part.functions)
    return (
        f'<tr><td>{number}</td><td style="text-align:left">{names}</td><td>{part.points:g}</td>'
        f'<td>{part.minutes}</td><td style="text-align:left">{SIGNS[state]} {words[state]}</td></tr>'
    )
