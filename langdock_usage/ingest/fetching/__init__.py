"""A run of `fetch`: which days to ask for, and taking in the answers in order."""
