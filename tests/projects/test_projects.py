"""What is peculiar to projects: its words for work, its officers, and its listener as it is wired."""

import pytest

from services.projects.app import SERVICE
from services.projects.domain.tasks import KINDS, NAME, kind_of
from shared.broker.memory import MemoryBroker
from shared.events import RiskFlag
from shared.kernel.actors import Role
from shared.service.working.worker import Worker
from tests.builders.events import a_flag, a_message, an_owed_measure, later
from tests.fixtures.platform import Cluster, settings_of
from tests.fixtures.waiting import running, until


@pytest.mark.parametrize(
    ("measure", "kind"),
    [("industry_support", "plant_or_breed"), ("recovery", "repair_after_disaster"), ("employment_support", "other"), ("", "other")],
)
def test_a_measure_is_answered_by_a_kind_of_work(measure: str, kind: str) -> None:
    assert kind_of(measure) == kind


def test_every_measure_that_the_law_gives_to_projects_has_a_word_of_its_own() -> None:
    assert KINDS.keys() == {"industry_support", "recovery"}


def test_tasks_are_the_project_officers_work_and_read_by_those_above() -> None:
    acting = {name: roles for name, roles in SERVICE.permissions.items() if name != "tasks"}

    assert acting == dict.fromkeys(("task_start", "task_finish", "task_decline"), frozenset({Role.PROJECT_OFFICER}))
    assert SERVICE.permissions["tasks"] == {
        *(Role.PROJECT_OFFICER, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER, Role.AUDITOR)
    }


def test_the_consumers_name_is_kept_in_every_database_and_never_changes() -> None:
    assert [(each.service, each.consumer, each.state, each.group) for each in SERVICE.subscriptions.all] == [
        (NAME, "tasks", RiskFlag, "projects.tasks")
    ]


async def test_a_worker_hears_a_flag_and_its_answer_leaves_through_the_broker(cluster: Cluster) -> None:
    broker = MemoryBroker()
    flag, noise = a_flag(), a_flag(an_owed_measure("employment_support", "employment"))
    worker: Worker = SERVICE.create_worker(settings_of("projects", cluster), broker)

    async with running(worker.run()):
        await broker.publish([a_message(flag), a_message(noise)])
        await until(lambda: str(flag.household_id) in [message.key for message in broker.log["projects.assistance_task"]])
        await broker.publish([a_message(later(flag, status="withdrawn")), a_message(flag)])
        await until(lambda: len([m for m in broker.log["projects.assistance_task"] if m.key == str(flag.household_id)]) == 2)
    await worker.database.close()

    answers = [message.headers for message in broker.log["projects.assistance_task"] if message.key == str(flag.household_id)]
    assert [(each["ce_type"], each["ce_entityversion"], each["ce_source"]) for each in answers] == [
        ("assistance.task_opened.v1", "1", "/projects"),
        ("assistance.task_withdrawn.v1", "2", "/projects"),
    ]
    assert str(noise.household_id) not in [message.key for message in broker.log["projects.assistance_task"]]
