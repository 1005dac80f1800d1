"""A primitive world model: relations that a masked language model may know, to be checked."""
