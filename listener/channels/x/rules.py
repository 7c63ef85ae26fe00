"""What X asks of whoever shows, keeps and answers its posts."""

from __future__ import annotations

from typing import Final

KEEPS_TEXT_DAYS: Final = 30
"""X wants what is deleted there to be deleted here, and nobody looks at a closed case again: its
words are kept no longer. The number is ours (https://docs.x.com/developer-terms/policy, 2026-08).
"""

# https://docs.x.com/x-api/fundamentals/rate-limits (2026-08). X's answers go before them.
ALLOWANCES: Final = (
    "100 replies in 15 minutes, and 10,000 in 24 hours for all accounts of the app",
    "300 pages of mentions and 300 of search in 15 minutes",
    "900 pages of our own posts in 15 minutes",
)

# https://help.x.com/en/rules-and-policies/x-automation and
# https://docs.x.com/developer-guidelines (2026-08): replies worded by a model, sent through the
# API, want X's prior written and explicit approval.
MODEL_RULE: Final = "X wants to be asked, in writing, before a model words replies there"

# https://developer.x.com/en/developer-terms/display-requirements: beside a post stand its author's
# name and handle, its own words, when it was written, and this sign; and no other network's.
LOGO: Final = (
    "M18.244 2.25h3.308l-7.227 8.26 8.502 11.24H16.17l-5.214-6.817L4.99 21.75H1.68l7.73-8.835L1.254"
    " 2.25H8.08l4.713 6.231zm-1.161 17.52h1.833L7.084 4.126H5.117z"
)
