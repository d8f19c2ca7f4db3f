"""Questions about what changed, and what to expect."""
