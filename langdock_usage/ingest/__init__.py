"""Bringing the database up to date: fetch, load, unload, rebuild, owners of keys."""
