"""Training of a spaCy dependency parser on treebanks, with a BERT's word vectors as features."""
