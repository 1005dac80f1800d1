"""The bundled sample text of the demo, shipped as package data."""
