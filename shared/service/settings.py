"""What differs per deployment, and was never worth a constant: addresses, keys, sizes.

In the development profile what is missing is taken from `build/development/`, where it is made at the first use and never leaves.
In any other profile everything must be given, and what belongs to development is refused at start-up.

Not for what the law may change: days and amounts are rows, never settings.
"""

import json
import secrets
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Self

from joserfc.jwk import ECKey, KeySet
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT = Path("build/development")
_KEY_BYTES = 32


class Profile(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class DevelopmentDefault(ValueError):
    """A key of the development profile, or none, where a real one is needed."""


class CommonSettings(BaseSettings):
    """What every service is told, with its own prefix, such as `MONITORING_PORT`; files in `secrets_dir` count too."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    profile: Profile = Profile.PRODUCTION
    host: str = "127.0.0.1"
    port: int
    issuer: str = "bottom-line"
    public_keys_file: Path | None = None
    log_json: bool = True
    request_seconds: float = 30.0
    largest_upload_mib: int = Field(default=300, ge=1)
    upload_seconds: float = Field(default=600.0, gt=0)

    @property
    def largest_upload(self) -> int:
        """The largest file that may come in, in bytes."""
        return self.largest_upload_mib * 2**20

    @model_validator(mode="after")
    def refuse_development_files(self) -> Self:
        if self.profile is not Profile.DEVELOPMENT and (self.public_keys_file is None or _is_development(self.public_keys_file)):
            raise DevelopmentDefault("public_keys_file must name the issuer's JWKS outside the development profile")
        return self

    def public_keys(self) -> KeySet:
        """Read the keys whose tokens are trusted: a JWKS file, or the development profile's own."""
        if self.public_keys_file is not None:
            return KeySet.import_key_set(_json(self.public_keys_file))
        return KeySet([ECKey.import_key(development_token_key().as_dict(private=False))])


class ServiceSettings(CommonSettings):
    """What a service with a database is told."""

    takes_files: ClassVar[bool] = False
    """Whether the service has files, and needs a folder for them."""

    database_url: SecretStr
    worker_database_url: SecretStr
    owner_database_url: SecretStr | None = None
    data_key: SecretStr | None = None
    index_key: SecretStr | None = None
    pool_size: int = 8
    worker_host: str = "127.0.0.1"
    worker_port: int
    kafka_bootstrap: str | None = None
    topic_replication: int = 1
    reconcile_seconds: float = 60.0
    watch_seconds: float = Field(default=60.0, gt=0)
    files_folder: Path | None = None
    jobs_at_once: int = Field(default=2, ge=1)
    reader_memory_mib: int = Field(default=512, ge=128)
    reader_seconds: int = Field(default=600, ge=1)

    @model_validator(mode="after")
    def refuse_development_keys(self) -> Self:
        if self.profile is Profile.DEVELOPMENT:
            return self
        for name in ("data_key", "index_key"):
            given: SecretStr | None = getattr(self, name)
            if given is None or given.get_secret_value() == _known_development_key(name):
                raise DevelopmentDefault(f"{name} must be given outside the development profile")
        if self.data_key == self.index_key:
            raise DevelopmentDefault("data_key and index_key must differ")
        if self.kafka_bootstrap is None:
            raise DevelopmentDefault("kafka_bootstrap must be given outside the development profile")
        if self.takes_files and (self.files_folder is None or _is_development(self.files_folder)):
            raise DevelopmentDefault("files_folder must be given outside the development profile")
        return self

    def folder_of_files(self, service: str) -> Path:
        """Name the folder of a service's files, which its api and its workers share."""
        return self.files_folder or DEVELOPMENT / "files" / service

    def key(self, name: str) -> bytes:
        """Give a key of 32 bytes, written as 64 hex digits."""
        given: SecretStr | None = getattr(self, name)
        key = bytes.fromhex(given.get_secret_value() if given is not None else development_key(name))
        if len(key) != _KEY_BYTES:
            raise ValueError(f"{name} must have 64 hex digits")
        return key


def settings_for(prefix: str, **defaults: Any) -> SettingsConfigDict:
    """Name the prefix of a service's variables, and where Docker and Kubernetes put its secrets."""
    secrets_dir = Path("/run/secrets")
    return SettingsConfigDict(
        env_prefix=prefix,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        secrets_dir=secrets_dir if secrets_dir.is_dir() else None,
        **defaults,
    )


def development_key(name: str) -> str:
    """Read a key of the development profile, made at its first use."""
    return _made_once(DEVELOPMENT / name, lambda: secrets.token_hex(_KEY_BYTES))


def development_token_key() -> ECKey:
    """Read the key that signs tokens in the development profile, made at its first use."""
    text = _made_once(DEVELOPMENT / "token_key.pem", lambda: ECKey.generate_key("P-256").as_pem(private=True).decode())
    return ECKey.import_key(text, {"kid": "development"})


def _known_development_key(name: str) -> str | None:
    file = DEVELOPMENT / name
    return file.read_text() if file.is_file() else None


def _is_development(file: Path) -> bool:
    return DEVELOPMENT.resolve() in file.resolve().parents


def _made_once(file: Path, make: Any) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x") as new:
            file.chmod(0o600)
            new.write(make())
    except FileExistsError:
        pass
    return file.read_text()


def _json(file: Path) -> Any:
    return json.loads(file.read_text())
