"""What a report says of a month: its totals, what moved, and what the numbers rest on."""
