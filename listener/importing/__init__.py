"""History: exports of what people said before we listened, taken in as if it had been heard."""
