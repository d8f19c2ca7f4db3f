"""Requests to the Usage Export API: how many at a time, and what the answers mean."""
