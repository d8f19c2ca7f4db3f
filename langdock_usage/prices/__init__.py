"""The dated price book: what a million tokens of a model cost on a local day, and why.

First the user's own prices (`own`), then the public list prices of the package genai-prices
(`public`), found by rules on names (`names`). What matches nothing has no price.
"""
