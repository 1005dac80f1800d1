"""Synonyms: abbreviations, variants, stated and similar names, and one canonical form for each."""
