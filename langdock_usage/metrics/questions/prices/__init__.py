"""Questions about prices: what usage costs by the price book, what caching saves, what is unusual."""
