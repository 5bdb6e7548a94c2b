"""A worker that takes the steps of transfers across counties."""

import pytest

from services.monitoring.app import SERVICE
from shared.database.transaction import Database
from shared.service.jobs.runner import JobRunner
from tests.fixtures.platform import Cluster, settings_of


@pytest.fixture(scope="session")
def job_runner(cluster: Cluster, monitoring_worker: Database) -> JobRunner:
    runner = SERVICE.job_runner(settings_of("monitoring", cluster), monitoring_worker)
    assert runner is not None
    return runner
