"""Text to vectors and predictions: corpus reading, the encoder, the vocabulary, scores."""
