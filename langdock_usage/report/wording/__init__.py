"""A month in words: sentences, causes, figures, and the small charts of tables."""
