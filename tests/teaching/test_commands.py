"""The commands of those who teach, as they are typed: usage, places, and exit codes."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from xentcourse import cli
from xentcourse.teaching.commands import COMMANDS


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.run(arguments)
    told = capsys.readouterr()
    return code, told.out, told.err


def test_help_lists_them():
    told = CliRunner().invoke(cli.cli, ["--help"]).output
    assert {command.name for command in COMMANDS} <= {line.split()[0] for line in told.splitlines() if line}


@pytest.mark.parametrize(
    "arguments",
    [
        ("teach",),
        ("collect", "softmax"),
        ("regrade", "softmax", "ada", "gradient"),
        ("feedback",),
        ("report",),
        ("export",),
        ("export", "--format", "blackboard"),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_2_with_one_line(capsys, arguments):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("Error: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("teach", "autumn"),
        ("collect", "softmax", "uploads.zip"),
        ("regrade", "softmax", "ada", "gradient", "--reason", "why"),
        ("feedback", "softmax"),
        ("report", "softmax"),
        ("export", "--format", "canvas"),
        ("roster",),
    ],
    ids=" ".join,
)
def test_a_command_outside_a_class_says_where_to_go(capsys, tmp_path: Path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert "first." in err
    assert list(tmp_path.iterdir()) == []
