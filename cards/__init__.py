"""Model cards: what a model has to pass before its vectors are trusted."""
