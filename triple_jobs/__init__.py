"""The batch job: any corpus to a file of triples, by many processes, in constant memory."""
