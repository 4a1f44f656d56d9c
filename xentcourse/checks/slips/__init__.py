"""Slips: the mistakes people make, one module a chapter, each with the sentence a tutor would say.

A slip takes the same arguments as the learner's function and computes what the mistake computes.
The first slip in a tuple that explains a wrong answer speaks, so put the narrower ones first.
What is constant in every problem (bits for nats, a lost sign, a transposed result) needs no slip:
`xentcourse.checks.comparing` recognises it.
"""
