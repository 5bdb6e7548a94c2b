"""A slice of the list of who looks after whom, on its way from the stage.

Promises: in one role there is one cadre at a time; the same list again changes nothing.
Does not promise that a household outside the sender's area is told from one that there is not.
"""

from services.monitoring.store.care_files.questions import decide, hold, keep, note_repeated

__all__ = ["decide", "hold", "keep", "note_repeated"]
