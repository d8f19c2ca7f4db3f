"""The command line: it alone prints."""
