"""The screens of trends: tabs of findings, each with a picture, a table, CSV and PNG."""
