"""Answers that leave without a human: the rules, what they did, and who looks at it afterwards.

`rule.py` decides and is pure; everything else reads or writes rows.
"""
