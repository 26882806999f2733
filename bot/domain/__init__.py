"""Pure decisions over frozen values: no I/O, no clock, no logging, no vendor types."""
