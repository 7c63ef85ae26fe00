"""What the team made of our words, and what can be learned from it.

`similar.py` and `fit.py` decide and are pure; `answers.py` and `edits.py` read rows.
"""
