"""The production shape is described as it has to be; where the docker client can read it, it does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from backend.environment import ROOT
from backend.settings import Settings, variable

COMPOSE = ROOT / "docker-compose.yml"
OURS = ("migrate", "api", "worker")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return read


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = compose["services"]
    return found


def has_compose() -> bool:
    return bool(shutil.which("docker")) and subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0


@pytest.mark.skipif(not has_compose(), reason="the docker client with compose is not on this machine")
def test_docker_understands_the_file() -> None:
    names = set(re.findall(r"\$\{(\w+):\?", COMPOSE.read_text()))
    command = ["docker", "compose", "-f", str(COMPOSE), "config", "--quiet"]
    done = subprocess.run(command, env={**os.environ, **dict.fromkeys(names, "x")}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_there_are_two_api_replicas_a_worker_a_database_redis_a_migration_and_a_proxy(services: dict[str, Any]) -> None:
    assert set(services) == {"db", "redis", "migrate", "api", "worker", "proxy"}
    assert services["api"]["deploy"]["replicas"] == 2


def test_every_image_has_an_exact_version(services: dict[str, Any]) -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    for image in [service["image"] for service in services.values()] + bases:
        assert re.search(r":\d+\.\d+(\.\d+)?(-\w+)*$", image), image


def test_everything_that_stays_up_restarts_and_says_whether_it_is_well(services: dict[str, Any]) -> None:
    for name, service in services.items():
        if name == "migrate":
            assert service["restart"] == "no"
            continue
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"], name


def test_our_processes_run_without_root_without_rights_and_on_a_file_system_they_cannot_write(services: dict[str, Any]) -> None:
    last_stage = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert re.search(r"^USER porchlight$", last_stage, re.MULTILINE)
    for name in OURS:
        assert services[name]["read_only"], name
        assert services[name]["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in services[name]["security_opt"], name


def test_redis_keeps_what_it_can_and_evicts_nothing(services: dict[str, Any]) -> None:
    command = services["redis"]["command"]
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"


def test_the_database_keeps_its_data_where_this_version_looks_for_it(compose: dict[str, Any]) -> None:
    assert compose["services"]["db"]["volumes"] == ["database:/var/lib/postgresql"]
    assert "database" in compose["volumes"]
    assert "--builtin-locale=C.UTF-8" in compose["services"]["db"]["environment"]["POSTGRES_INITDB_ARGS"]


def test_the_api_and_the_worker_wait_for_the_migration(services: dict[str, Any]) -> None:
    for name in ("api", "worker"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_what_an_api_takes_in_the_worker_can_read(services: dict[str, Any]) -> None:
    for name in ("api", "worker"):
        assert "data:/data" in services[name]["volumes"], name
    assert "PORCHLIGHT_DATA=/data" in (ROOT / "Dockerfile").read_text()


def test_the_worker_is_given_longer_to_stop_than_its_jobs_to_finish(services: dict[str, Any]) -> None:
    from backend.worker import WorkerSettings

    assert int(services["worker"]["stop_grace_period"].removesuffix("s")) > WorkerSettings.job_completion_wait + 10


def test_only_the_proxy_is_reached_from_outside_and_only_its_word_counts(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    proxy = services["proxy"]["networks"]["front"]["ipv4_address"]
    assert services["api"]["environment"]["PORCHLIGHT_PROXIES"] == proxy
    assert services["db"]["networks"] == services["redis"]["networks"] == ["inside"]
    assert compose["networks"]["inside"] == {"internal": True}


def test_every_variable_it_gives_is_a_setting_and_what_it_demands_is_in_the_example(services: dict[str, Any]) -> None:
    known = {variable(field) for field in Settings.__struct_fields__}
    for name in OURS:
        assert set(services[name]["environment"]) <= known, name
    demanded = set(re.findall(r"\$\{(\w+):\?", COMPOSE.read_text()))
    given = set(re.findall(r"^(\w+)=", (ROOT / "deploy" / "example.env").read_text(), re.MULTILINE))
    assert demanded <= given
