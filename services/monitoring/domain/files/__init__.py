"""The kinds of file that monitoring takes: their columns, and what may be wrong with a row beside its cells."""
