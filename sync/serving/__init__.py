"""`handrail serve`: the worker that looks again, and what an operator sees of it."""
