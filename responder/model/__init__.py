"""Drafts worded by a language model, where one is configured: docs/model.md."""
