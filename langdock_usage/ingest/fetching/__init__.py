"""A run of `fetch`: which days to request, and adding the answers to the database."""
