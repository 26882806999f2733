"""What wakes the work up. Nothing durable lives here: losing a wake-up loses nothing."""
