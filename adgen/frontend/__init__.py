"""From a user's function to a typed program: source, accepted language, names, places, lowering."""
