"""Stages from program to program."""
