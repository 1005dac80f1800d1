"""Labels that persons give to terms, and what is made of them."""
