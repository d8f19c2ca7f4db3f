"""The questions themselves, each a method of `Usage`."""
