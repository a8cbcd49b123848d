"""How long: what the office writes about time, read and reckoned."""
