"""What people see: pages in Bahasa Indonesia and English over the engine. Views hold no SQL and no rules."""
