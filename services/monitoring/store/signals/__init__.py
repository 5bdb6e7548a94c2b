"""What departments say of people (部门信号), and what comes of it.

Promises: of one record of a department the highest revision counts, whichever came first; one person has one lead of a group of indicators in each
spell, whatever the number of rows; the same rows in any order, with repeats, in files or requests, end as the same rows and the same leads, but for
leads that were opened and withdrawn again on the way; everybody is kept, registered or not; the number of statements does not grow with the rows.
Does not promise that every row has a lead: what calls for one is a rule in data. Nor that a number which moves to another county is one record.
Not for reports of people themselves, nor for what a cadre found.
"""

from services.monitoring.store.signals.deciding import decide, decided, note_repeated, tell
from services.monitoring.store.signals.judging import judge, touch, touch_these
from services.monitoring.store.signals.keeping import alter, keep
from services.monitoring.store.signals.leading import gather_spells, hardships_named, settle_leads, withdraw_leads
from services.monitoring.store.signals.matching import now_registered
from services.monitoring.store.signals.rows import DepartmentRow, behind, holdings_of, standing
from services.monitoring.store.signals.slices import Batch, NewRow, begin, fill_from_request, fill_from_stage, hold
from services.monitoring.store.signals.trying import would_call

__all__ = [
    "Batch",
    "DepartmentRow",
    "NewRow",
    "alter",
    "begin",
    "behind",
    "decide",
    "decided",
    "fill_from_request",
    "fill_from_stage",
    "gather_spells",
    "hardships_named",
    "hold",
    "holdings_of",
    "judge",
    "keep",
    "note_repeated",
    "now_registered",
    "settle_leads",
    "standing",
    "tell",
    "touch",
    "touch_these",
    "withdraw_leads",
    "would_call",
]
