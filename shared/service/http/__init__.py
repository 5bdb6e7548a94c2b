"""A service's public face: its routes, what a request brings and what a refusal looks like, files in and out, and the process that serves it."""
