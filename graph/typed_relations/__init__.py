"""Relations of a schema that a person chose: typed triples, found without training."""
