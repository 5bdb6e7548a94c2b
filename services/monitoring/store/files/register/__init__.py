"""A slice of a household register on its way from the stage: what becomes of each row, and how it is kept.

Promises: a household is taken whole or not at all; what is registered already and the same is left alone; the number of statements does
not grow with the rows.
Does not promise that what was decided still holds when it is kept: that somebody else registered one of these people meanwhile shows in the
number of rows that were new, and the slice is decided again.
Not for one household that a person enters: that is `register_household`.
"""

from services.monitoring.store.files.register.adding import add
from services.monitoring.store.files.register.changing import change
from services.monitoring.store.files.register.deciding import decide, hold, note_repeated, villages_with_new
from services.monitoring.store.files.register.forms_in_files import keep as keep_forms
from services.monitoring.store.files.register.slices import read

__all__ = ["add", "change", "decide", "hold", "keep_forms", "note_repeated", "read", "villages_with_new"]
