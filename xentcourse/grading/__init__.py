"""Releasing assignments and grading classes with nbgrader."""
