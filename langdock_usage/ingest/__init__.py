"""Bringing the database up to date: fetch, load, unload, rebuild, reference files."""
