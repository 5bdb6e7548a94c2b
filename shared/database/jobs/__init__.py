"""Rows of long work: what was asked, how far it is, and what became of each row of a file.

Promises: a job is written with what asks for it; one runner holds it at a time, and one that was held up too long can change nothing more;
what a job does in a county commits together with how far it is there.
Does not promise an order among jobs, nor that one is begun at once.
Not for what a request can do while its caller waits.
"""

from shared.database.jobs.asked import Jobs
from shared.database.jobs.tables import job_tables

__all__ = ["Jobs", "job_tables"]
