"""A township whose villages come and go, and a worker that lets their households follow."""

from tests.monitoring.files.conftest import files, job_runner

__all__ = ["files", "job_runner"]
