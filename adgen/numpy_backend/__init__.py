"""From IR to the text of a NumPy module that a colleague could have written."""
