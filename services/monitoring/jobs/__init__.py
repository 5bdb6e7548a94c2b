"""What monitoring does when time passes or long work is due: files in, lists out, decisions in bulk, work on populations, duties."""

from services.monitoring.jobs.decisions import DECISIONS
from services.monitoring.jobs.duties import duties, watched
from services.monitoring.jobs.files import FILE_KINDS
from services.monitoring.jobs.lists import LISTS_OUT
from services.monitoring.jobs.works import BINDING, WORKS

__all__ = ["BINDING", "DECISIONS", "FILE_KINDS", "LISTS_OUT", "WORKS", "duties", "watched"]
