"""Measure the published site with Lighthouse: `make bench-site`. Writes _build/bench/site.json.

Every page, as on a phone, through a server that compresses as GitHub Pages does. Performance is the median of
several visits; the other points do not vary, and are taken once.
Beside it stands a stock Jupyter Book build of the same sources, on three pages: what the tools give unasked.
A busy machine counts against a page: Lighthouse multiplies the time of each task by four. So visits during
which others took processor time from this machine are made again, and the least disturbed ones count.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rows import Row, report

from xentcourse.course import Course
from xentcourse.site.server import serving
from xentcourse.tools import chromium, environment, run_tool

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
#: Visits to each page of the stock build, which is there for comparison only.
STOCK_RUNS = 3
#: Percent of the processors' time that a host may give to others during a visit, and how many visits are made
#: at most for each that is wanted, until enough were that quiet.
STOLEN, PATIENCE = 2.0, 3
#: Kilobytes that the largest chapter may bring on a first visit, without its figures.
WEIGHT = 400
CHROME = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
)
#: Where Linux says how the processors' time was spent.
PROCESSORS = Path("/proc/stat")
#: Ours alone; without the others, the sources are not understood.
OURS = {"accessible", "patient_katex", "sphinxcontrib.katex", "typography", "ways_on", "term_uses"}


@dataclass(frozen=True)
class Visit:
    """What Lighthouse found on one visit: points from 0 to 100, and kilobytes without figures.

    stolen : percent of the processors' time that went to others meanwhile; 0 where the system doesn't say.
    """

    points: dict[str, float]
    kilobytes: float
    stolen: float = 0.0


def ticks() -> tuple[int, int]:
    """The processors' time up to now, and what of it the host gave to others."""
    if not PROCESSORS.is_file():
        return 0, 0
    spent = [int(part) for part in PROCESSORS.read_text(encoding="ascii").partition("\n")[0].split()[1:9]]
    return sum(spent), spent[7]


def visit(course: Course, url: str, categories: tuple[str, ...] = CATEGORIES) -> Visit:
    """One visit, by a browser that has seen nothing before."""
    command = [
        str(course.root / "node_modules" / ".bin" / "lighthouse"), url, "--quiet", "--output=json",
        "--output-path=stdout", f"--only-categories={','.join(categories)}", f"--chrome-flags={CHROME}",
        "--disable-full-page-screenshot",
    ]  # fmt: skip
    surroundings = environment() | {"CHROME_PATH": chromium() or ""}
    all_before, stolen_before = ticks()
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=surroundings, cwd=course.build
    )
    if done.returncode != 0:
        sys.exit(f"Error: Lighthouse failed on {url}; `npm ci` fetches it.\n{done.stderr[-2000:]}")
    all_after, stolen_after = ticks()
    stolen = 100 * (stolen_after - stolen_before) / max(1, all_after - all_before)
    report = json.loads(done.stdout)
    requests = report["audits"]["network-requests"]["details"]["items"]
    weight = sum(r.get("transferSize", 0) for r in requests if r.get("resourceType") != "Image")
    points = {name: 100 * (report["categories"][name]["score"] or 0) for name in categories}
    keep_findings(course, url, report)
    return Visit(points, weight / 1000, stolen)


def keep_findings(course: Course, url: str, report: dict[str, Any]) -> None:
    """Write down what cost points, for whoever mends it."""
    weighed = {ref["id"] for c in report["categories"].values() for ref in c["auditRefs"] if ref["weight"]}
    lost = {
        name: {key: audit.get(key) for key in ("title", "score", "displayValue", "details")}
        for name, audit in report["audits"].items()
        if name in weighed and audit["score"] is not None and audit["score"] < 1
    }
    folder = course.build / "bench" / "lighthouse"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{url.rpartition('/')[2]}.json").write_text(json.dumps(lost, indent=1), encoding="utf-8")


def visits(course: Course, url: str, runs: int) -> Visit:
    """The first visit's points, and of performance and kilobytes the median of the quietest visits."""
    seen = [visit(course, url)]
    while len(seen) < runs or (
        len(seen) < PATIENCE * runs and sum(one.stolen <= STOLEN for one in seen) < runs
    ):
        seen.append(visit(course, url, ("performance",)))
    quiet = sorted(seen, key=lambda one: one.stolen)[:runs]
    speed = statistics.median(one.points["performance"] for one in quiet)
    told = " ".join(f"{one.points['performance']:.0f}@{one.stolen:.1f}" for one in seen)
    print(f"{url.rpartition('/')[2]}: points at percent stolen, visit by visit: {told}", flush=True)
    return Visit(seen[0].points | {"performance": speed}, statistics.median(one.kilobytes for one in quiet))


def pages(site: Path) -> list[str]:
    """All pages of a site."""
    return sorted(p.relative_to(site).as_posix() for p in site.rglob("*.html") if "_static" not in p.parts)


def build_stock(course: Course) -> Path:
    """Build the same sources with Jupyter Book's own settings; the pages do not run again."""
    own = yaml.safe_load((course.root / "_config.yml").read_text(encoding="utf-8"))
    book = own["sphinx"]["config"]
    defaults = {"jupyter_book", "myst_nb", "sphinx_book_theme", "sphinx_comments", "sphinx_copybutton"}
    defaults |= {"sphinx_design", "sphinx_external_toc", "sphinx_togglebutton", "sphinx.ext.intersphinx"}
    stock = {key: own[key] for key in ("title", "author", "only_build_toc_files", "parse", "bibtex_bibfiles")}
    stock["execute"] = {"execute_notebooks": "cache", "cache": str(course.build / ".jupyter_cache")}
    stock["html"] = {"baseurl": own["html"]["baseurl"]}
    extra = [name for name in book["extensions"] if name not in defaults | OURS]
    local = {name: str(course.root / folder) for name, folder in own["sphinx"]["local_extensions"].items()}
    kept = {name: value for name, value in book.items() if name.startswith(("autodoc", "bibtex"))}
    stock["sphinx"] = {"local_extensions": {n: f for n, f in local.items() if n in extra}, "config": kept}
    stock["sphinx"]["extra_extensions"] = [name for name in extra if name not in local]
    folder = course.build / "bench" / "stock"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_config.yml").write_text(yaml.safe_dump(stock), encoding="utf-8")
    command = [
        *("jupyter-book", "build", "-q", "-q", "--path-output", str(folder)),
        *("--config", str(folder / "_config.yml"), "--toc", str(course.root / "_toc.yml")),
        str(course.root / "book"),
    ]
    if run_tool(command, cwd=course.root) != 0:
        sys.exit("Error: the stock book was not built; see above.")
    return folder / "_build" / "html"


def measure(course: Course, options: argparse.Namespace) -> Iterator[Row]:
    """All rows: every page's points, then weight and speed beside the stock build's."""
    site, weights = course.build / "site", {}
    names = options.pages or pages(site)
    with serving(site) as address:
        for name in names:
            seen = visits(course, f"{address}/{name}", options.runs)
            weights[name] = seen
            for category, goal in GOALS.items():
                points = seen.points[category]
                yield Row(f"{name}: {category}", points, None, None, f">= {goal}", points >= goal)
    if options.stock:
        yield from beside_stock(course, weights, min(STOCK_RUNS, options.runs))


def chosen(course: Course, weights: dict[str, Visit]) -> list[str]:
    """The pages to compare: of those that were measured the heaviest chapter, the first page, and the API."""
    chapters = [name for name in (f"{chapter.slug}.html" for chapter in course.chapters) if name in weights]
    heaviest = sorted(chapters or weights, key=lambda name: -weights[name].kilobytes)[:1]
    return list(dict.fromkeys(heaviest + [name for name in ("index.html", "api.html") if name in weights]))


def beside_stock(course: Course, weights: dict[str, Visit], runs: int) -> Iterator[Row]:
    """Points and kilobytes beside those of the stock build; what it asks of other hosts may not come."""
    names = chosen(course, weights)
    print(f"A stock build of the same sources: {len(names)} of its pages, {runs} visits each.", flush=True)
    with serving(build_stock(course)) as address:
        for number, name in enumerate(names):
            ours, theirs = weights[name], visits(course, f"{address}/{name}", runs)
            goal, holds = (f"<= {WEIGHT}", ours.kilobytes <= WEIGHT) if number == 0 else ("", None)
            a, b = ours.kilobytes, theirs.kilobytes
            yield Row(f"{name}, beside stock: kB without figures", a, b, a / b, goal, holds)
            for category in CATEGORIES:
                a, b = ours.points[category], theirs.points[category]
                yield Row(f"{name}, beside stock: {category}", a, b, a / b if b else None, "", None)


def main() -> int:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description="Measure the published site with Lighthouse.")
    parser.add_argument("--quick", action="store_true", help="one visit a page instead of five")
    parser.add_argument("--no-stock", dest="stock", action="store_false", help="leave the comparison out")
    parser.add_argument("--runs", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("_build/bench/site.json"))
    parser.add_argument("pages", nargs="*", help="by default all")
    options = parser.parse_args()
    options.runs = options.runs or (1 if options.quick else 5)
    begin = time.monotonic()
    rows, about = measure(Course.find(), options), {"options": {"runs": options.runs}}
    missed = report(rows, options.out, about, width=60, theirs="stock")
    print(f"{(time.monotonic() - begin) / 60:.0f} minutes, {options.runs} visits a page.")
    return missed


if __name__ == "__main__":
    sys.exit(main())
