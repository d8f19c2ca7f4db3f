"""HTML that others made, reduced to what can do nothing: text, tables, pictures that it holds."""

import base64
import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

_TAGS = """
    a abbr b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div dl
    dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp
    section small span strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr
"""
_ATTRIBUTES = """
    alt class colspan dir headers height href id lang open reversed rowspan scope span src start
    title width
"""
TAGS = frozenset(_TAGS.split())
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
EMPTY = frozenset({"br", "col", "hr", "img", "wbr"})
# what is missing where one of these stands; its content goes with it
LOST = {
    "script": "script",
    "iframe": "page",
    "object": "page",
    "embed": "page",
    "audio": "media",
    "video": "media",
    "canvas": "script",
    "math": "formula",
}
DROPPED = frozenset({*LOST, "style", "template", "title", "noscript", "textarea", "select", "svg"})
NEVER_CLOSED = frozenset({"embed"})

IMAGE_DATA = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)
LINK = re.compile(r"(https?:|mailto:|#)", re.IGNORECASE)
OWN_IDS = re.compile(r"(report-|vg-)", re.IGNORECASE)  # those by which the page's script finds
FETCHES = re.compile(r"url\(|@|\\|<", re.IGNORECASE)  # what a style sheet can do besides styling
UNKNOWN = frozenset({"NaN", "NaT", "None", "<NA>"})  # as pandas writes it
SVG = re.compile(r"<svg\b.*?</svg\s*>", re.DOTALL | re.IGNORECASE)


@dataclass
class SanitizedHtml:
    """HTML that can stand in the page, and what of it cannot: names in the language files."""

    html: str
    missing: list[str] = field(default_factory=list)
    style: str = ""
    """The style sheet before a frame that has a look of its own, if it fetches nothing."""


def sanitize_html(html: str, unknown: str | None = None) -> SanitizedHtml:
    """Keep of it what is known to be harmless, and say what its reader will miss.

    `unknown` is what a frame of pandas shows in place of a value that is not known.
    """
    reader = _Reader(unknown)
    reader.feed(SVG.sub(lambda found: svg_image(found[0]), html))
    reader.close()
    style = "" if FETCHES.search(reader.style) else reader.style
    return SanitizedHtml("".join(reader.kept), list(dict.fromkeys(reader.missing)), style)


def svg_image(svg: str) -> str:
    """An SVG as a picture, in which no script runs and nothing is fetched."""
    if "xmlns=" not in svg:
        svg = re.sub(r"<svg\b", '<svg xmlns="http://www.w3.org/2000/svg"', svg, count=1)
    encoded = base64.b64encode(svg.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{encoded}" alt="">'


class _Reader(HTMLParser):
    def __init__(self, unknown: str | None) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self.missing: list[str] = []
        self.style = ""
        self._unknown = unknown
        self._is_frame = self._is_style = False
        self._dropping = ""
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._dropping:
            self._depth += tag == self._dropping
            return
        if tag in LOST:
            self.missing.append(LOST[tag])
        if tag in DROPPED:
            is_first = not "".join(self.kept).strip()
            self._is_style = tag == "style" and is_first and ("type", "text/css") in attrs
            if tag not in NEVER_CLOSED:
                self._dropping, self._depth = tag, 1
            return
        if tag not in TAGS:
            return
        given = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._is_frame = "dataframe" in given.get("class", "").split()
        if tag == "img" and not IMAGE_DATA.match(given.get("src", "").strip()):
            self.missing.append("picture")
            return
        kept = "".join(f' {k}="{escape(v)}"' for k, v in given.items() if _is_harmless(tag, k, v))
        self.kept.append(f"<{tag}{kept}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # a browser takes `<script/>` for an open one, too

    def handle_endtag(self, tag: str) -> None:
        if self._dropping:
            self._depth -= tag == self._dropping
            if not self._depth:
                self._dropping = ""
        elif tag in TAGS and tag not in EMPTY:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._dropping:
            self.style += data if self._is_style else ""
            return
        if self._unknown and self._is_frame and data in UNKNOWN and self.kept[-1] == "<td>":
            data = self._unknown
        self.kept.append(escape(data, quote=False))


def _is_harmless(tag: str, name: str, value: str) -> bool:
    if name == "src":
        return bool(IMAGE_DATA.match(value.strip()))
    if name == "href":
        return bool(LINK.match(value.strip()))
    if name == "id":
        return not OWN_IDS.match(value)
    if name == "class":
        return tag != "details"  # by which the page's script finds its tables
    return name in ATTRIBUTES
