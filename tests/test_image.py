"""What the image is said to do: the documented manifests hold together, and every step of its Dockerfile works."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.run.worlds import NOW, rig
from tests.test_docs import parse
from tests.test_frame import ROOT, STEPS

DEPLOYING = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
MANIFESTS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", DEPLOYING, re.DOTALL)]


def pod(manifest: Any) -> Any:
    """What runs, of a job or a deployment."""
    spec = manifest["spec"]
    return (spec["jobTemplate"]["spec"] if manifest["kind"] == "CronJob" else spec)["template"]["spec"]


# ---- what the document says ----------------------------------------------------------------------------------


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda one: one["kind"])
def test_a_manifest_fits_the_image_and_the_command_line(manifest: Any) -> None:
    spec = pod(manifest)
    (container,) = spec["containers"]
    parse(container["args"])
    made = next(rest for step, rest in STEPS if step == "RUN" and "useradd" in rest)
    assert f"--uid {spec['securityContext']['runAsUser']} " in made
    assert spec["securityContext"]["fsGroup"] == spec["securityContext"]["runAsUser"]
    assert spec["terminationGracePeriodSeconds"] > 10
    home = next(rest for step, rest in STEPS if step == "WORKDIR" and rest != "/src")
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounts == {"data": home, "config": f"{home}/config.toml"}
    assert {one["name"] for one in spec["volumes"]} == mounts.keys()
    for probe in ("livenessProbe", "readinessProbe"):
        if probe in container:
            assert container[probe]["httpGet"] == {"path": "/healthz", "port": container["ports"][0]["containerPort"]}


def test_two_never_overlap() -> None:
    job, service = MANIFESTS
    assert (job["kind"], job["spec"]["concurrencyPolicy"]) == ("CronJob", "Forbid")
    assert (service["spec"]["replicas"], service["spec"]["strategy"]["type"]) == (1, "Recreate")


def test_docker_run_mounts_what_the_image_reads() -> None:
    spoken = DEPLOYING + (ROOT / "README.md").read_text("utf-8") + (ROOT / "Dockerfile").read_text("utf-8")
    mounts = re.findall(r'docker run .*?-v ("?[^ ]+)', spoken.replace("\\\n", ""))
    assert len(mounts) >= 4
    assert {mount.strip('"').partition(":")[2] for mount in mounts} == {"/data"}
    for line in re.findall(r"^docker run .* handrail( .*)?$", DEPLOYING.replace("\\\n", ""), re.MULTILINE):
        parse(line.split() or ["run"])


# ---- what the Dockerfile does --------------------------------------------------------------------------------


def built(folder: Path) -> dict[str, str]:
    """Every step of the Dockerfile as a command, its places moved below this folder; the environment it ends with.

    `useradd`, `USER` and `VOLUME` change the machine or are Docker's, and stay out.
    """
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    environment = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder)}
    place, ran = folder, []
    for step, rest in STEPS:
        text = re.sub(r"(?<![\w/.])/(opt|src|data)\b", rf"{folder}/\1", rest)
        if step == "WORKDIR":
            place = Path(text)
            place.mkdir(parents=True, exist_ok=True)
        elif step == "ENV":
            for name, value in re.findall(r"(\w+)=(\S+)", text):
                environment[name] = value.replace("$PATH", environment["PATH"])
        elif step == "COPY" and not rest.startswith("--from"):
            _copy(text.split(), place)
        elif step == "RUN" and "useradd" not in rest:
            subprocess.run(["sh", "-c", text], cwd=place, env=environment, check=True, capture_output=True)
            ran.append(rest)
    assert len(ran) == 3
    shutil.rmtree(folder / "src")  # the second stage has none of it
    return environment


def _copy(words: list[str], place: Path) -> None:
    for source in words[:-1]:
        found, to = ROOT / source, place / words[-1]
        if found.is_dir():
            shutil.copytree(found, to, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(found, place / source)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("image")
    environment = built(folder)
    return folder / "data", environment | {"ASANA_TOKEN": "any", "NOTION_TOKEN": "any"}


def said_by_step(name: str) -> list[str]:
    return list(json.loads(next(rest for step, rest in STEPS if step == name)))


@pytest.mark.torture
def test_every_step_works_and_what_it_starts_is_a_run(image: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    data, environment = image
    with rig(tmp_path / "world") as one:
        shutil.copy(one.config, data / "config.toml")
        command = [*said_by_step("ENTRYPOINT"), *said_by_step("CMD"), "--as-of", NOW.isoformat()]
        done = subprocess.run(command, cwd=data, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout.splitlines()[-1])["finished"] is True
        assert one.page()
    assert (data / "handrail.db").exists()


@pytest.mark.torture
def test_what_docker_stop_sends_parks_it(image: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    data, environment = image
    (data / "handrail.db").unlink(missing_ok=True)
    with rig(tmp_path / "world") as one:
        text = one.config.read_text("utf-8").replace("requests_per_minute = 0", "requests_per_minute = 1", 1)
        (data / "config.toml").write_text(text, "utf-8")
        up = subprocess.Popen(
            [*said_by_step("ENTRYPOINT"), "run", "--as-of", NOW.isoformat()], cwd=data, env=environment,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        while not any("/stories" in told["path"] for told in one.get("/_sandbox/requests")["requests"]):
            assert up.poll() is None
            time.sleep(0.05)
        up.send_signal(signal.SIGTERM)
        out, _ = up.communicate(timeout=10)
    assert (up.returncode, json.loads(out.splitlines()[-1])["finished"]) == (0, False)
