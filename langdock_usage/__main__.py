"""`python -m langdock_usage`."""

from langdock_usage.cli.app import main

if __name__ == "__main__":
    main()
