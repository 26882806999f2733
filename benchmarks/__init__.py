"""What is measured, and how to measure it again: `make bench`, or one module at a time."""
