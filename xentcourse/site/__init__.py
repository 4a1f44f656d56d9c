"""From the built book to what is published: small, checked, and in other forms.

`publish` makes _build/site from _build/html, `paper` the PDF and the EPUB.
"""
