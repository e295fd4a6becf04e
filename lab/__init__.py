"""A real OpenStack for whoever has none at hand. `./lab/lab --help` shows the commands."""
