"""What leaves the desk as a report: pictures, sentences, mail, page, PDF, each in one language."""
