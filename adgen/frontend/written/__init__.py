"""Library functions written in the accepted language, as a user would write them.

A module here is plain NumPy that runs as it stands. Its ``NAMES`` says which functions of NumPy its own stand
for; the frontend reads them like functions of the user, at the place of the call. Private functions of a
module take all their arguments, and there are no constants beside the functions.
"""
