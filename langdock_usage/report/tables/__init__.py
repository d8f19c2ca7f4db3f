"""Frames as tables of a report: cells, totals, and crossed tables."""
