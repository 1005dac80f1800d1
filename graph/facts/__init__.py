"""Facts: what the typed triples of all sentences come to, as rows, edges and walks."""
