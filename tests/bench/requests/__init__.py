"""One request at a time: registering, reading, and a line applied."""
