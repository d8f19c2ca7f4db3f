"""Counts in words."""


def counted(number: int, noun: str) -> str:
    """A number and what it counts: `1 day`, `2 days`, `0 rows`."""
    return f"{number} {noun}" if abs(number) == 1 else f"{number} {noun}s"
