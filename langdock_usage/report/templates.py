"""Templates of HTML that escape every value."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def templates(folder: str) -> Environment:
    """Those of a folder beside this file, in `template`."""
    return Environment(
        loader=PackageLoader("langdock_usage.report", f"template/{folder}"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
