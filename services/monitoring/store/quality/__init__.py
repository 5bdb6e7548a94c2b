"""Data quality: where each fact is found, what a rule asks of them, and what was found.

Promises: a rule fires on a subject here exactly where the domain says so; checking again changes nothing more; a rule is one statement for a county,
however many households it has.
Does not promise that a finding is closed at once: a check closes it, the daily one or that of its household.
Not for facts that no service here holds yet: a rule on them is kept, and shown as not checkable.
"""

from services.monitoring.store.quality.checking import Checked, check, close, would_find
from services.monitoring.store.quality.leading import find, open_leads

__all__ = ["Checked", "check", "close", "find", "open_leads", "would_find"]
