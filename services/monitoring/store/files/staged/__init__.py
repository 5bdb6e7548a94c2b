"""The rows of a slice of a file about households whose fate the domain decides: read from the stage, and told of afterwards.

Promises: one question each, however many rows. Does not promise that a household outside the sender's area is told from one that there is not.
Not for files that are decided about in the database.
"""

from services.monitoring.store.files.staged.reading import registered, rows_of
from services.monitoring.store.files.staged.telling import Told, tell

__all__ = ["Told", "registered", "rows_of", "tell"]
