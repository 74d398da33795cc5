"""The rules of the house, kept by a machine: sizes, docstrings, floors, and nothing that belongs to one machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = sorted(path for top in ("sync", "rules", "connectors") for path in (ROOT / top).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

FILE_LINES = 250
FUNCTION_LINES = 35
LONGER_FILES = {
    "connectors/model.py": "the whole vocabulary of the boundary, read in one go",
}
LONGER_FUNCTIONS = {
    "sync/migrations/versions/v0001_first.py:upgrade": "one list of tables, frozen once shipped",
    "connectors/sandbox/web/routes.py:page_routes": "one table of addresses",
}
"""`file:function` and the reason why it is clearer in one piece."""

FORBIDDEN = {
    "a package index or mirror": re.compile(
        r"https?://(?:[\w.-]*pypi|files\.pythonhosted|[\w.-]*/simple/)|index-url\s*="
    ),
    "a folder of one machine": re.compile(
        r"(?<![\w./-])/(?:work|home/\w+|Users|root|opt/(?:wheels|pypi))(?:/|\b(?!\w))"
    ),
    "how it was made": re.compile(r"\b(?:Claude|Anthropic|Copilot|ChatGPT|prompt engineering)\b", re.IGNORECASE),
    "a real token": re.compile(
        r"\bntn_[A-Za-z0-9]{40,}\b|\bsecret_[A-Za-z0-9]{40,}\b|\b[12]/\d{10,}(?:/\d+)?:[0-9a-f]{32}\b"
    ),
}


def name(path: Path) -> str:
    """A file as the allowances spell it."""
    return path.relative_to(ROOT).as_posix()


def tracked() -> list[Path]:
    """Every text file of the project that git knows; all of them where there is no git."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
        paths = [ROOT / one for one in listed.split("\0") if one]
    except (OSError, subprocess.CalledProcessError):
        hidden = {".git", ".venv", "__pycache__"}
        paths = [path for path in ROOT.rglob("*") if not hidden & set(path.relative_to(ROOT).parts)]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:4096]]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function with its length in lines, its docstring and decorators not counted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0]
            has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - docstring


@pytest.mark.parametrize("path", CODE + TESTS, ids=name)
def test_every_module_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), f"{name(path)} needs a docstring of one to three lines"


def test_files_are_short_enough_to_read() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in CODE}
    long = {one: lines for one, lines in lengths.items() if lines > FILE_LINES and one not in LONGER_FILES}
    assert not long, f"split by meaning: {long}"
    assert all(lengths.get(one, 0) > FILE_LINES for one in LONGER_FILES), "an allowance that nobody needs any more"


def test_functions_are_short_enough_to_read() -> None:
    lengths = {f"{name(path)}:{function}": lines for path in CODE for function, lines in functions(path)}
    long = {one: lines for one, lines in lengths.items() if lines > FUNCTION_LINES and one not in LONGER_FUNCTIONS}
    assert not long, f"split by meaning: {long}"
    assert all(lengths.get(one, 0) > FUNCTION_LINES for one in LONGER_FUNCTIONS), "an allowance nobody needs any more"


def test_the_floors_hold() -> None:
    """The contracts of pyproject.toml, through import-linter's own command."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_the_sandbox_imports_no_connector() -> None:
    """Written from the vendors' documents, it can disagree with our mapping."""
    for path in (ROOT / "connectors" / "sandbox").rglob("*.py"):
        assert not re.search(r"\bconnectors\.(asana|notion)\b", path.read_text(encoding="utf-8")), name(path)


def test_nothing_names_one_machine() -> None:
    found = [
        f"{name(path)}:{number}: {what}: {line.strip()[:80]}"
        for path in tracked()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        for what, pattern in FORBIDDEN.items()
        if pattern.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("--index-url=x", ""),
        ("/".join(("see ", "work", "main")), "a folder of one machine"),
        ("/".join(("", "root", ".cache")), "a folder of one machine"),
        ("/".join(("https:", "", "pypi.example", "simple", "")), "a package index or mirror"),
        ("path/work/item", ""),
        ("/data/config.toml", ""),
    ],
)
def test_the_search_itself_finds_what_it_should(line: str, what: str) -> None:
    found = {kind for kind, pattern in FORBIDDEN.items() if pattern.search(line)} - {"a package index or mirror"}
    if what == "a package index or mirror":
        assert FORBIDDEN[what].search(line)
    else:
        assert found == ({what} if what else set())
