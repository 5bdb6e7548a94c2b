"""Files of text: encodings, separated values, JSON lines."""
