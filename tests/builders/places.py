"""Real places around the village in which most of the tests happen (`tests/fixtures/tokens.py`)."""

from tests.fixtures.tokens import county, township, village

NEXT_VILLAGE = "530902102202"  # same township
OTHER_TOWNSHIP = "530902001201"  # a village of another township, same county
OTHER_COUNTY = "530921101201"  # a village of 凤庆县
QUIET = "530927101001"  # a village of 沧源, where the tests of the ledger first settle all that is owed
NO_VILLAGE = "530902102999"

STRANGERS = [village("stranger", NEXT_VILLAGE), township("stranger", OTHER_TOWNSHIP[:9]), county("stranger", OTHER_COUNTY[:6])]
"""Officials whose areas lie beside the home village."""
