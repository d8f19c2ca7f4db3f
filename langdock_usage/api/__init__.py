"""Asking the Usage Export API: requests, how many at a time, and what the answers mean."""
