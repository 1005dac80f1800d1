"""Reading text against the vocabulary: blanks, scores, explanations, senses, prefixes."""
