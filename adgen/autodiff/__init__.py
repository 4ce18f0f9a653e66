"""Forward and reverse mode, as stages from program to program."""
