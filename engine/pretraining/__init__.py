"""Masked-language-model and next-sentence training of a BERT with a vocabulary of its own."""
