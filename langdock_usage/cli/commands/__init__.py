"""One command of the command line, or one group of them, a file."""
