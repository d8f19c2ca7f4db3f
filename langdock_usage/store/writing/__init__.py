"""What writes to the database: exports, rows and prices, one writer at a time."""
