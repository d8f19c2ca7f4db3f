"""The HTML of a report: templates that escape every value."""

from typing import Any

from IPython.display import Markdown

from langdock_usage.charts import renderer
from langdock_usage.report.templates import templates


def show(template: str, **values: Any) -> None:
    """Show a template with these values in the output of the cell."""
    renderer.show_html(templates("parts").get_template(template).render(**values))


def show_markdown(text: str) -> None:
    """Show a text in Markdown."""
    renderer.show(_markdown(text))


_markdown: Any = Markdown  # has no types
