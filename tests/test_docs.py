"""What the documents promise is there: commands, options, examples, files, kinds of rules, and every link."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from rules.engine import kinds
from sync.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GROUP: Any = typer.main.get_command(app)


def commands() -> dict[str, Any]:
    """Every command that `handrail` has, by name."""
    return dict(GROUP.commands)


def spoken() -> Iterator[list[str]]:
    """Every `handrail …` line in a code block of a document, as words without `handrail`."""
    for document in DOCUMENTS:
        for block in re.findall(r"```(?:sh|bash|console)?\n(.*?)```", document.read_text("utf-8"), re.DOTALL):
            for line in block.splitlines():
                if re.match(r"\s*(?:\$ )?handrail ", line):
                    words = shlex.split(line.strip().removeprefix("$ "), comments=True)
                    yield [word for word in words[1:] if word != "&"]


def examples() -> Iterator[list[str]]:
    """The example in the help of every command."""
    for command in commands().values():
        for line in re.findall(r"`handrail ([^`]+)`", command.help or ""):
            yield shlex.split(line)


def parse(words: list[str]) -> None:
    """Let the command line take these words without running the command. An error of the parser when it cannot."""
    command = commands()[words[0]]
    command.make_context(words[0], list(words[1:]), resilient_parsing=False)


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    command = commands()[name]
    assert f"`handrail {name}" in (command.help or ""), "an example belongs into the help"
    assert (command.help or "").splitlines()[0].endswith(".")
    for option in command.params:
        assert getattr(option, "help", None), f"{name} {option.name}: what does it do?"


@pytest.mark.parametrize("words", [*spoken(), *examples()], ids=" ".join)
def test_every_command_line_in_the_documents_can_be_typed(words: list[str]) -> None:
    parse(words)


def test_the_readme_speaks_of_some_commands() -> None:
    assert len(list(spoken())) >= 8


def test_every_command_is_in_the_readmes_table_and_nothing_else() -> None:
    table = README.split("## Commands")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `handrail ([\w-]+)", table, re.MULTILINE)) == set(commands())


def test_options_named_in_the_documents_exist() -> None:
    """`--option` anywhere in the README is an option of some command."""
    known = {name for command in commands().values() for option in command.params for name in option.opts}
    assert set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", README)) - known <= {"--help"}


def test_the_exit_codes_in_the_readme_are_those_of_the_program() -> None:
    from sync.cli import exits

    told = re.search(r"Exit codes: (.*?)\. ", README.replace("\n", " "))
    assert told
    words = {int(number): text for number, text in re.findall(r"(\d) ([^,]+(?:, config or input)?)", told[1])}
    assert set(words) == {exits.DONE, exits.SURVIVED, exits.BAD_INPUT, exits.REFUSED, exits.CREDENTIALS, exits.LOCKED}
    assert "guard" in words[exits.REFUSED]
    assert "credentials" in words[exits.CREDENTIALS]
    assert "lock" in words[exits.LOCKED]


def test_every_kind_of_rule_is_in_the_example_config() -> None:
    shown = {rule["kind"] for rule in tomllib.loads(EXAMPLE)["rules"].values()}
    assert shown == set(kinds())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    linked = [link.split("#")[0] for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)\s]+)\)", text)]
    missing = [link for link in linked if link and not (document.parent / link).exists()]
    named = re.findall(r"`((?:sync|rules|connectors|docs|tests|benchmarks)/[\w./-]*)`", text)
    missing += [name for name in named if not (ROOT / name).exists()]
    assert not missing


def test_nothing_is_left_to_be_written() -> None:
    for document in DOCUMENTS:
        assert not re.search(r"\b(?:TODO|FIXME|TBD|PICTURE|XXX)\b", document.read_text("utf-8")), document


TRAPS = (ROOT / "docs/connectors/notion.md").read_text("utf-8").split("\n## Traps")[1].split("\n## ")[0]


def _trap_rows() -> list[list[str]]:
    rows = [line for line in TRAPS.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows if not row.startswith("|---")]


def _test_names(path: Path) -> list[str]:
    return re.findall(r"^\s*def (test_\w+)", path.read_text("utf-8"), re.MULTILINE) if path.exists() else []


@pytest.mark.parametrize("row", _trap_rows(), ids=lambda row: row[0])
def test_every_trap_of_notion_names_tests_that_exist(row: list[str]) -> None:
    assert len(row) == 3, "trap, what we do, shown by"
    named = re.findall(r"`([\w/.]+)::(test_\w+)(…?)`", row[2])
    assert named or row[1].startswith("not applicable")
    for place, name, cut in named:
        file = place if place.endswith(".py") else f"tests/connectors/notion/{place}.py"
        found = _test_names(ROOT / file)
        assert any(one.startswith(name) if cut else one == name for one in found), f"{file} has no {name}"


def test_the_traps_of_notion_are_many_and_name_nothing_else() -> None:
    assert len(_trap_rows()) >= 40
    whole = [re.sub(r"`[\w/.]+::test_\w+…?`", "", row[2]) for row in _trap_rows()]
    assert {words.strip(" ,–") for words in whole} <= {"", "(`row_of_a_group`)"}
