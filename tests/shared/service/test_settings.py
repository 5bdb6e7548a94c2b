"""Settings: in production everything is given, and nothing of development is taken."""

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import KeySet
from pydantic import SecretStr, ValidationError

from services.monitoring.settings import Settings
from services.projects.settings import Settings as ProjectsSettings
from shared.service.settings import Profile, development_key, development_token_key
from tests.fixtures.tokens import KEY

PASSWORD = "hunter-of-passwords"
URL = f"postgresql+asyncpg://monitoring_app:{PASSWORD}@db/monitoring"


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no variable of this machine and no file of its development profile have a say."""
    monkeypatch.chdir(tmp_path)
    for name in ("MONITORING_PROFILE", "MONITORING_DATA_KEY", "MONITORING_INDEX_KEY"):
        monkeypatch.delenv(name, raising=False)


def jwks(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "jwks.json"
    file.write_text(json.dumps(KeySet([KEY]).as_dict(private=False)))
    return file


def given(tmp_path: Path, **changes: Any) -> dict[str, Any]:
    whole = {
        "profile": "production",
        "database_url": URL,
        "worker_database_url": URL,
        "data_key": "ab" * 32,
        "index_key": "cd" * 32,
        "kafka_bootstrap": "kafka:9092",
        "public_keys_file": jwks(tmp_path / "secrets"),
        "files_folder": tmp_path / "files",
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def test_production_runs_with_all_that_is_its_own(tmp_path: Path) -> None:
    settings = Settings(**given(tmp_path))

    assert settings.profile is Profile.PRODUCTION
    assert settings.key("data_key") == bytes.fromhex("ab" * 32)
    assert len(settings.public_keys().keys) == 1
    assert (settings.port, settings.worker_port) == (8001, 9001)


def test_production_is_what_one_gets_without_asking(tmp_path: Path) -> None:
    assert Settings(**given(tmp_path, profile=None)).profile is Profile.PRODUCTION


@pytest.mark.parametrize("missing", ["data_key", "index_key", "kafka_bootstrap", "public_keys_file", "database_url", "worker_database_url"])
def test_production_refuses_to_start_without(tmp_path: Path, missing: str) -> None:
    with pytest.raises(ValidationError, match=missing):
        Settings(**given(tmp_path, **{missing: None}))


@pytest.mark.parametrize("name", ["data_key", "index_key"])
def test_production_refuses_a_key_of_the_development_profile(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(**given(tmp_path, **{name: development_key(name)}))


def test_production_refuses_the_public_keys_of_the_development_profile(tmp_path: Path) -> None:
    development_token_key()
    for file in (Path("build/development/jwks.json"), tmp_path / "build" / "x" / ".." / "development" / "jwks.json"):
        with pytest.raises(ValidationError, match="public_keys_file"):
            Settings(**given(tmp_path, public_keys_file=file))


def test_production_refuses_to_keep_files_nowhere_or_in_the_folder_of_development(tmp_path: Path) -> None:
    for folder in (None, Path("build/development/files/monitoring"), tmp_path / "build" / "development" / "x"):
        with pytest.raises(ValidationError, match="files_folder"):
            Settings(**given(tmp_path, files_folder=folder))

    assert Settings(**given(tmp_path)).folder_of_files("monitoring") == tmp_path / "files"


def test_a_service_without_files_needs_no_folder_for_them(tmp_path: Path) -> None:
    assert not ProjectsSettings.takes_files
    assert ProjectsSettings(**given(tmp_path, files_folder=None)).files_folder is None


def test_files_of_development_lie_with_the_rest_of_it() -> None:
    settings = Settings(profile=Profile.DEVELOPMENT, database_url=SecretStr(URL), worker_database_url=SecretStr(URL))

    assert settings.folder_of_files("monitoring") == Path("build/development/files/monitoring")
    assert (settings.largest_upload, settings.upload_seconds) == (300 * 2**20, 600.0)


@pytest.mark.parametrize("wrong", [{"largest_upload_mib": 0}, {"largest_upload_mib": "x"}, {"upload_seconds": 0}])
def test_a_limit_of_uploads_lets_something_pass(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Settings(**given(tmp_path, **wrong))


@pytest.mark.parametrize("profile", ["staging", "Production", "", "dev"])
def test_there_are_two_profiles_and_no_third(tmp_path: Path, profile: str) -> None:
    with pytest.raises(ValidationError, match="profile"):
        Settings(**given(tmp_path, profile=profile))


@pytest.mark.parametrize("key", ["", "ab" * 31, "ab" * 33, "zz" * 32])
def test_a_key_has_sixty_four_hex_digits(tmp_path: Path, key: str) -> None:
    settings = Settings(**given(tmp_path, data_key=SecretStr(key)))

    with pytest.raises(ValueError, match="hex"):
        settings.key("data_key")


def test_a_refusal_to_start_prints_no_secret(tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as refusal:
        Settings(**given(tmp_path, index_key=None))
    with pytest.raises(ValidationError) as another:
        Settings(**given(tmp_path, port="x"))

    for text in (str(refusal.value), repr(refusal.value), str(another.value)):
        assert PASSWORD not in text
        assert "abab" not in text


def test_settings_print_no_secret(tmp_path: Path) -> None:
    settings = Settings(**given(tmp_path))

    assert PASSWORD not in f"{settings}{settings!r}{settings.model_dump()}"
    assert "abab" not in f"{settings!r}"


def test_variables_carry_the_prefix_of_their_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITORING_PORT", "1234")
    monkeypatch.setenv("PROJECTS_PORT", "4321")
    monkeypatch.setenv("PORT", "1")

    assert Settings(**given(tmp_path)).port == 1234
    assert ProjectsSettings(**given(tmp_path)).port == 4321


def test_development_makes_its_keys_once_and_for_its_owner_only(tmp_path: Path) -> None:
    settings = [Settings(profile=Profile.DEVELOPMENT, database_url=SecretStr(URL), worker_database_url=SecretStr(URL)) for _ in range(2)]

    assert settings[0].key("data_key") == settings[1].key("data_key")
    assert settings[0].key("data_key") != settings[0].key("index_key")
    assert settings[0].public_keys().as_dict() == settings[1].public_keys().as_dict()
    files = list((tmp_path / "build" / "development").iterdir())
    assert {file.name for file in files} == {"data_key", "index_key", "token_key.pem"}
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert all("d" not in key for key in settings[0].public_keys().as_dict()["keys"])
