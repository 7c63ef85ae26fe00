"""X, through tweepy: API v2, heard by polling and answered under the very post."""
