"""Questions about how costs change: why they did, and where they are heading."""
