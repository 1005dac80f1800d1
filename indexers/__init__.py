"""Nearest neighbours: vector indexes and the tail of each term's similarity histogram."""
