"""Alembic migrations of the knowledge base, applied when it opens."""
