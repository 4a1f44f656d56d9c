"""What `xentcourse submit` says, writes and hands over."""

import datetime
import json

import nbformat
import pytest
from learning.conftest import solutions
from test_cli import is_one_error, xentcourse_command

from xentcourse import carry
from xentcourse.learning.handing_in import packed, todays_seed

WRONG = "def convert(*arguments):\n    return 1.0"


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))


def one_wrong_one_missing(write):
    answers = solutions("information") | {"information-convert_solution": WRONG}
    del answers["information-extremes_solution"]
    return write("information", answers)


def test_submit_says_what_is_missing_and_wrong_and_packs_one_file(place, write):
    path = one_wrong_one_missing(write)
    before = path.read_bytes()
    ran = xentcourse_command("submit", "information", "--student", "ada")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert f"points with today's seed ({todays_seed()})" in lines[0]
    assert lines[1].startswith("Not attempted: extremes (")
    assert lines[2].startswith("A check fails: convert (")
    assert lines[3] == "Packed. Upload this file: work/handed_in/information.ipynb"
    assert path.read_bytes() == before
    handed = nbformat.read(place.handed_in("information"), as_version=4)
    nbformat.validate(handed)
    assert handed.metadata["xentcourse"] == {"slug": "information", "student": "ada"}
    mine = carry.read(before)
    assert carry.sources(carry.read(place.handed_in("information").read_bytes())) == carry.sources(mine)


def test_the_seed_is_the_days():
    assert todays_seed() == int(datetime.date.today().strftime("%Y%m%d"))


def test_a_variant_is_still_called_one_and_outputs_stay_at_home():
    notebook = {
        "cells": [
            {"cell_type": "code", "source": "1", "outputs": [{"output_type": "x"}], "execution_count": 3}
        ],
        "metadata": {"xentcourse": {"variant": 7}},
    }
    made = packed(notebook, "softmax")
    assert made["metadata"]["xentcourse"] == {"variant": 7, "slug": "softmax"}
    assert made["cells"][0]["outputs"] == []
    assert notebook["cells"][0]["execution_count"] == 3


@pytest.fixture
def exchange(tmp_path):
    """nbgrader's exchange, configured for this user, with the assignment released."""
    root = tmp_path / "exchange"
    (root / "xentcourse" / "inbound").mkdir(parents=True)
    (root / "xentcourse" / "outbound" / "information").mkdir(parents=True)
    for folder in (root, root / "xentcourse" / "inbound"):
        folder.chmod(0o777)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.Exchange.root = {str(root)!r}\n", encoding="utf-8"
    )
    return root


@pytest.mark.nbgrader
def test_submit_hands_in_through_a_configured_exchange(place, write, exchange):
    one_wrong_one_missing(write)
    ran = xentcourse_command("submit", "information", "--student", "ada")
    assert (ran.code, ran.err) == (0, ""), ran.err
    assert f"Handed in through nbgrader's exchange, {exchange}" in ran.out
    (folder,) = (exchange / "xentcourse" / "inbound").iterdir()
    assert folder.name.startswith("ada+information+")
    assert (folder / "information.ipynb").read_bytes() == place.handed_in("information").read_bytes()
    assert xentcourse_command("submit", "information", "--no-exchange").code == 0
    assert len(list((exchange / "xentcourse" / "inbound").iterdir())) == 1


@pytest.mark.nbgrader
def test_an_exchange_that_refuses_is_one_error_and_the_file_is_there(place, write, exchange):
    (exchange / "xentcourse" / "outbound" / "information").rmdir()
    one_wrong_one_missing(write)
    ran = xentcourse_command("submit", "information")
    assert ran.code == 1
    assert is_one_error(ran.err), ran.err
    assert "Assignment not found" in ran.err
    assert json.loads(place.handed_in("information").read_text(encoding="utf-8"))["cells"]
