"""The token command of the development profile."""

import pytest
from typer.testing import CliRunner

from services.gateway.__main__ import commands
from services.gateway.app import make_token
from services.gateway.settings import Settings
from shared.kernel.actors import LEVELS, Actor, Department, Platform, Role
from shared.service.identity import Identity
from shared.service.settings import Profile
from shared.service.tokens import NoToken
from tests.fixtures.tokens import someone

AREAS = {4: "5309", 6: "530902", 9: "530902102", 12: "530902102201"}


@pytest.fixture(autouse=True)
def _somewhere_else(tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The development profile keeps its key under the present folder."""
    monkeypatch.chdir(str(tmp_path))
    monkeypatch.setenv("GATEWAY_PROFILE", "development")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(commands, ["token", *arguments])
    return result.exit_code, " ".join(result.output.replace("│", " ").split())


@pytest.mark.parametrize("service", ["gateway", "monitoring", "projects", "employment"])
def test_the_token_is_good_for_every_service(service: str) -> None:
    _, token = run("--role", "township_officer", "--area", "530902102", "--sub", "李文芳")
    settings = Settings()

    actor = Identity(service, settings.public_keys(), issuer=settings.issuer).actor(token)

    assert actor == Actor(id="李文芳", role=Role.TOWNSHIP_OFFICER, area="530902102")


def test_without_a_name_the_office_stands_for_it() -> None:
    _, token = run("--role", "auditor", "--area", "5309")
    settings = Settings()

    assert Identity("gateway", settings.public_keys(), issuer=settings.issuer).actor(token).id == "auditor.5309"


@pytest.mark.parametrize("role", Role)
def test_a_token_is_made_exactly_for_the_levels_at_which_a_role_holds_office(role: Role) -> None:
    for level, area in AREAS.items():
        actor = someone(role, area)
        if level in LEVELS[role]:
            assert make_token(actor, settings=Settings())
        else:
            with pytest.raises(NoToken, match="holds office at the level of"):
                make_token(actor, settings=Settings())


@pytest.mark.parametrize("department", Department)
@pytest.mark.parametrize("area", ["5309", "530902"])
def test_a_department_s_user_is_known_everywhere_as_that_department_s(area: str, department: Department) -> None:
    _, token = run("--role", "department_user", "--area", area, "--department", department)
    settings = Settings()

    for service in ("gateway", "monitoring"):
        actor = Identity(service, settings.public_keys(), issuer=settings.issuer).actor(token)
        assert actor == Actor(id=f"department_user.{area}", role=Role.DEPARTMENT_USER, area=area, department=department)


@pytest.mark.parametrize("platform", Platform)
def test_a_platform_s_token_is_known_everywhere_as_that_platform_s(platform: Platform) -> None:
    _, token = run("--role", "platform_user", "--area", "5309", "--platform", platform)
    settings = Settings()

    for service in ("gateway", "monitoring"):
        actor = Identity(service, settings.public_keys(), issuer=settings.issuer).actor(token)
        assert actor == Actor(id="platform_user.5309", role=Role.PLATFORM_USER, area="5309", platform=platform)


@pytest.mark.parametrize("department", ["", "*", "weather", "MEDICAL_INSURANCE", "医保", "medical_insurance,water"])
def test_a_department_that_is_none_is_refused(department: str) -> None:
    code, said = run("--role", "department_user", "--area", "530902", "--department", department)

    assert (code, "medical_insurance" in said) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--role", "department_user", "--area", "530902"],
        *(["--role", role, "--area", area, "--department", "water"] for role, area in [("county_officer", "530902"), ("auditor", "5309")]),
    ],
)
def test_a_department_belongs_to_a_department_s_user_and_to_nobody_else(arguments: list[str]) -> None:
    code, said = run(*arguments)

    assert (code, "a department_user names a department, and nobody else does" in said) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [["--role", "platform_user", "--area", "5309"], ["--role", "county_officer", "--area", "530902", "--platform", "hotline"]],
)
def test_a_platform_belongs_to_a_platform_s_user_and_to_nobody_else(arguments: list[str]) -> None:
    code, said = run(*arguments)

    assert (code, "a platform_user names a platform, and nobody else does" in said) == (2, True)


@pytest.mark.parametrize("area", ["530999", "110101", "53090", "", "5309021022012", "５３０９"])
def test_an_area_that_is_none_is_refused(area: str) -> None:
    code, said = run("--role", "county_officer", "--area", area)

    assert (code, "is no area code" in said) == (2, True)


def test_the_wrong_level_is_said_in_a_sentence() -> None:
    code, said = run("--role", "township_officer", "--area", "530902")

    assert code == 2
    assert "a township_officer holds office at the level of 乡镇 township (9 digits), and 530902 is a 县 county" in said


def test_no_token_is_made_outside_the_development_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PROFILE", "production")

    code, said = run("--role", "county_officer", "--area", "530902")

    assert code == 2
    assert "tokens are made in the development profile only" in said


def test_no_token_is_made_with_production_settings_either() -> None:
    production = Settings.model_construct(profile=Profile.PRODUCTION)

    with pytest.raises(NoToken, match="development profile only"):
        make_token(Actor(id="a", role=Role.COUNTY_OFFICER, area="530902"), settings=production)


@pytest.mark.parametrize("hours", ["0", "-1", "721"])
def test_a_token_lives_for_a_while_not_for_ever(hours: str) -> None:
    assert run("--role", "county_officer", "--area", "530902", "--hours", hours)[0] == 2
