"""One module for each form in which news is published: functions from bytes to a `Reading`."""
