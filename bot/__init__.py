"""The house: everything between the two doors, from a filed entry to a sent message."""
