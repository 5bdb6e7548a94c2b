"""A slice of a list of places, on its way from the stage.

Promises: a place is on a list once; the same file again changes nothing.
Not for taking places off a list.
"""

from services.monitoring.store.place_files.questions import decide, keep, note_repeated

__all__ = ["decide", "keep", "note_repeated"]
