"""Loop-level programs: iteration domains over buffers, between arrays as values and machine code."""
