"""Text in, judgement out: language, feeling, topics, phase, priority. No database, no network."""
