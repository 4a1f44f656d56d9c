"""The README says what is so: its figures are measured, its commands exist, its links lead somewhere."""

import json
import re
import tomllib
from pathlib import Path

import click
import pytest
import yaml
from PIL import Image

from xentcourse.cli import cli
from xentcourse.course import Course

ROOT = Course.find(Path(__file__).parent).root
README = (ROOT / "README.md").read_text(encoding="utf-8")


def measured(name):
    rows = json.loads((ROOT / "benchmarks/results/losses.json").read_text(encoding="utf-8"))["rows"]
    return next(row for row in rows if row["name"] == name)


def test_its_figures_are_those_of_the_recorded_benchmark():
    fresh, in_place = (
        measured(f"cross_entropy 4096x32000, cpp, {way}")["ratio"] for way in ("fresh", "in place")
    )
    assert f"{fresh:.2f} of the time; {in_place:.2f} where it may write into the logits" in README
    layer = "linear 4096x512x32000, "
    memory, time = (measured(f"{layer}{what}against matmul + F.cross_entropy") for what in ("MiB, ", ""))
    assert f"| {memory['theirs']:.0f} MiB beside the inputs | {memory['ours']:.0f} MiB, " in README
    assert f" MiB, in {time['ratio']:.2f} of the time |" in README


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!https?:)([^)]+)\)", README))))
def test_its_links_lead_to_files(link):
    assert (ROOT / link).is_file()


def test_its_commands_exist():
    assert isinstance(cli, click.Group)
    typed = {word for word in re.findall(r"xentcourse ([a-z]+)\b", README) if word != "authors"}
    assert typed <= set(cli.commands)
    targets = set(re.findall(r"(?:`|^)make ([a-z-]+)", README, re.MULTILINE))
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert targets <= known


def test_it_is_cited_as_the_citation_file_says():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    entry = dict(re.findall(r"^  (\w+) += \{+(.*?)\}+,$", README, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert entry["title"] == citation["title"]
    assert entry["author"] == citation["authors"][0]["name"]
    assert entry["url"] == citation["url"]
    assert entry["version"] == citation["version"] == project["version"]


def test_its_picture_is_small_and_shows_something():
    path = ROOT / "docs" / "site.png"
    assert path.stat().st_size < 400_000
    with Image.open(path) as picture:
        assert picture.width >= 1200
        assert len(picture.convert("L").getcolors()) > 50, "more than an empty page"
