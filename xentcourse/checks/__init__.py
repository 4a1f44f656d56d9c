"""Checks: they take a learner's function and say what is wrong with it.

One module a chapter; in a notebook: `from xentcourse.checks import softmax as check`, then
`check.gradient(gradient)`. The same checks run at home and at grading.
A check sees a learner's function as a black box that plain data goes into and comes out of
(see `plain`), so that the function may live in this process or behind a wall (see `calling`).
"""
