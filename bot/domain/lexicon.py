"""Ordinary words that begin like a clitic: لبنان is not ل + بنان. Facts about Arabic, no code."""

ORDINARY = frozenset("لبنان والي بيت".split())
