"""Python objects of the user's program, as data: containers, and paths that lead to what is captured."""
