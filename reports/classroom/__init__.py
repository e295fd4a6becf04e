"""A class of students, each with a cloud of his own: run side by side, and told on one page; docs/class.md."""
