"""What the neighbourhoods mean: clusters, the tail graph, types, triples and the store."""
