"""A slice of a file of collection forms: what its rows say beside what is registered, and how what was decided is kept.

Promises: a fixed number of questions for a slice, however many rows; what holds from a later day on stays as it is.
Does not promise that a household outside the sender's area is told from one that there is not.
Not for the columns of the form in the household register: `store/register_files` keeps those, for today alone.
"""

from services.monitoring.store.form_files.histories import histories_of
from services.monitoring.store.form_files.keeping import Kept, Told, keep, tell
from services.monitoring.store.form_files.slices import members_of, note_repeated_households, note_repeated_people, registered, rows_of

__all__ = [
    "Kept",
    "Told",
    "histories_of",
    "keep",
    "members_of",
    "note_repeated_households",
    "note_repeated_people",
    "registered",
    "rows_of",
    "tell",
]
