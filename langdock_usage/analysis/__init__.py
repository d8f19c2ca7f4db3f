"""Methods on numbers, without a database: from figures of periods and days to what they mean."""
