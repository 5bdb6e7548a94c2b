"""What a revision needs beyond Alembic: plumbing, functions, policies, grants, triggers. One statement per `op.execute`.

Revisions are history: a function that one has called is never changed, only succeeded by one of a new name.

Promises: a table that is guarded shows no row outside the scope, and one that is audited changes nothing unseen.
Not for data that an office publishes: those are rows that come by the API.
"""
