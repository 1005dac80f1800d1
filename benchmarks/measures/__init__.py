"""Measures that the evaluation scripts share."""
