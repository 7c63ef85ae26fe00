"""The screens of staffing: a tab of the trends, and the pages of its questions and of channels."""
