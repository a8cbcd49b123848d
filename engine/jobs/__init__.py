"""What happens by itself: timers that fall due, messages and signals on their way, service calls, and what failed."""
