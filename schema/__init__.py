"""The graph: what is exposed, and nothing about how it is answered."""
