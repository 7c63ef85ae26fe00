"""Pure: how the brand speaks. What stands around a text, and what must not stand in it.

`check.py` is the etiquette checker (docs/etiquette.md): what it looks for is one small module a
family under `rules/`, with which words it knows it by is data, one file a language under `cues/`.
"""
