"""What a sentence says about whom: triples, read off its parse by rules."""
