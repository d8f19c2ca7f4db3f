"""Questions about prices: what usage costs by the price book, and what caching saves."""
