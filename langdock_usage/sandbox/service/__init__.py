"""The Usage Export API over HTTP, with faults on request."""
