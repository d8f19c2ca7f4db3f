"""The HTML of a report: templates that escape every value."""

from functools import cache
from typing import Any

from IPython.display import Markdown
from jinja2 import Environment, PackageLoader, StrictUndefined

from langdock_usage.charts import renderer


def show(template: str, **values: Any) -> None:
    """Show a template with these values in the output of the cell."""
    renderer.show_html(_templates().get_template(template).render(**values))


def show_markdown(text: str) -> None:
    """Show a text in Markdown."""
    renderer.show(_markdown(text))


_markdown: Any = Markdown  # has no types


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("langdock_usage.report", "template/parts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
