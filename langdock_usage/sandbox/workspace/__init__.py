"""The synthetic workspace: its keys, models, prices, and usage by the hour."""
