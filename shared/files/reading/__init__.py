"""What was uploaded, as rows of clean texts and what is wrong with them. It runs in a child process; only `batches.py` is called from outside.

Nothing is imported here: the child would load what only its parent needs, and it is started for every file.
"""
