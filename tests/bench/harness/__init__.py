"""How it is measured: the server and the services, the two sides of a line, the load and pgbench."""
