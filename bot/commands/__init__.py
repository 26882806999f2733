"""The command line, one module a topic. Commands print for people, or JSON lines for programs."""
