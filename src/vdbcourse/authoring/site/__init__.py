"""The published site: notebooks, facts, glossary, quiz and docs/ as one mkdocs-material site. It
asks no other host.

`building.build()` makes it; `hooks` is what mkdocs calls. Every page is Markdown, made by `pages`,
so that another site generator could read it as well.
"""
