"""The intermediate representation: types, structured SSA, building, text, verification, evaluation."""
