"""The learner's road: what lies in work/, how far it is, what is handed in.

workplace : the learner's folder, and the course's material that is laid there
pages     : a chapter's page as a notebook
parts     : what an assignment asks for, read from its notebook
trial     : a notebook's checks, run at the command line
standing  : parts done, points, minutes left; the same at the command line and in a notebook
carve     : the learner's functions with what they need, and nothing else
desk      : what the last cell of an assignment calls
handing_in: a submission, packed and checked
"""
