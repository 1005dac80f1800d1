"""The embedded default model and parser, shipped as package data."""
