"""What the gateway must be told."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.gateway.settings import Settings
from tests.fixtures.platform import BUILD
from tests.fixtures.tokens import public_keys_file

URLS = {"monitoring_url": "http://monitoring:8001", "projects_url": "http://projects:8002", "employment_url": "https://employment/base"}


@pytest.fixture
def keys() -> Path:
    return public_keys_file(BUILD)


def test_the_development_profile_knows_the_usual_ports() -> None:
    settings = Settings.model_validate({"profile": "development"})

    assert settings.port == 8000
    assert [settings.url_of(service) for service in ("monitoring", "projects", "employment")] == [
        "http://127.0.0.1:8001/",
        "http://127.0.0.1:8002/",
        "http://127.0.0.1:8003/",
    ]


def test_elsewhere_every_address_must_be_given(keys: Path) -> None:
    assert Settings.model_validate({"public_keys_file": keys, **URLS}).url_of("projects") == "http://projects:8002/"
    for missing in URLS:
        with pytest.raises(ValidationError, match=f"{missing} must be given"):
            Settings.model_validate({"public_keys_file": keys, **{name: url for name, url in URLS.items() if name != missing}})


def test_variables_have_a_prefix(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PUBLIC_KEYS_FILE", str(keys))
    for name, url in URLS.items():
        monkeypatch.setenv(f"GATEWAY_{name.upper()}", url)

    assert Settings().url_of("employment") == "https://employment/base"


def test_an_address_must_be_one() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"profile": "development", "monitoring_url": "file:///etc/passwd"})
