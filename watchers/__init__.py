"""The news door: when to look at a source, how to fetch it, and how to read what came back."""
