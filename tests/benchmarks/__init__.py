"""adgen measured against the functions it differentiates; needs nothing but adgen."""
