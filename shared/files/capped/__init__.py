"""Functions in a process of their own, with little memory, little time and nothing to steal: `running.py` starts it, `child.py` is it.

Nothing is imported here: the child would load what only its parent needs, and it is started for every file.
"""
