"""The plots of the book: axes in, axes out; units in the labels; no show, no savefig, no global settings.

One module a page. Lazy, so that `import xentcourse` needs no matplotlib.
"""
