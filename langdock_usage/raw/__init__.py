"""Files as they were received or handed in, and the archive that keeps them."""
