"""Sealed pages beside reports: no script, no request, one style."""

from importlib.resources import files

from langdock_usage.embedding import source_hash
from langdock_usage.report.language import Language
from langdock_usage.report.templates import templates


def sealed_page(template: str, language: Language, **values: object) -> str:
    """A page whose policy allows nothing but its own style; every value is escaped."""
    folder = files("langdock_usage.report").joinpath("template")
    sheets = folder.joinpath("report.css"), folder.joinpath("sending", "pages.css")
    style = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    policy = (
        f"default-src 'none'; style-src {source_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    page = templates("sending").get_template(template)
    words = language.texts("index")
    return page.render(style=style, policy=policy, language=language.code, words=words, **values)
