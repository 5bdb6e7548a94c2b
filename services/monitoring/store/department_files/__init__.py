"""A slice of a department's list on its way from the stage: what becomes of each row, and the leads that come of it.

Promises: a row under a number of the department is kept once; everybody on the list is kept, registered or not; one person in one kind of trouble
has one lead as long as it is being checked, whatever the number of rows.
Does not promise that every row has a lead: what calls for one is a rule in data.
Not for reports of people themselves, nor for what a cadre found.
"""

from services.monitoring.store.department_files.keeping import call_for, keep
from services.monitoring.store.department_files.questions import decide, hold, note_repeated
from services.monitoring.store.department_files.rows import DepartmentRow, Standing, behind, standing

__all__ = ["DepartmentRow", "Standing", "behind", "call_for", "decide", "hold", "keep", "note_repeated", "standing"]
