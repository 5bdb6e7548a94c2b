"""A worker that loads lists of who looks after whom."""

from tests.monitoring.files.conftest import files, job_runner

__all__ = ["files", "job_runner"]
