"""What a notebook of reports shows: `Report`."""

from langdock_usage.report.page.report import Report

__all__ = ["Report"]
