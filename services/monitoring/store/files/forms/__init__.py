"""A slice of a file of collection forms: what its rows say beside what is registered, and how what was decided is kept.

Promises: a fixed number of questions for a slice, however many rows; what holds from a later day on stays as it is.
Not for the columns of the form in the household register: `store/files/register` keeps those, for today alone.
"""

from services.monitoring.store.files.forms.histories import histories_of
from services.monitoring.store.files.forms.keeping import Kept, keep
from services.monitoring.store.files.forms.slices import members_of, note_repeated_households, note_repeated_people

__all__ = [
    "Kept",
    "histories_of",
    "keep",
    "members_of",
    "note_repeated_households",
    "note_repeated_people",
]
