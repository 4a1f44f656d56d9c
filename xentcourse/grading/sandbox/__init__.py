"""Running learners' code behind walls.

wire    : messages of plain data between the two sides.
inside  : what runs behind the walls: a warm parent, and a child of it for each submission.
walls   : the walls themselves, by bubblewrap.
session : the trusted side: one submission's process, with limits on everything.

What is inside is never believed: it can answer a question wrongly, and nothing else.
"""
