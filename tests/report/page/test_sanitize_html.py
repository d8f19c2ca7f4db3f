"""Frames of pandas, as they stand in a report."""

import pandas as pd
import pytest

from langdock_usage.report.sanitize_html import sanitize_html

NAME = "</td><script>alert(1)</script>"


def test_unknown_values_of_a_frame_and_no_others() -> None:
    values = [None, float("nan"), pd.NaT, pd.NA, "None of it", NAME]
    frame = pd.DataFrame({"None": values}, index=["NaN", *"bcdef"], dtype=object)
    shown = sanitize_html(frame.to_html(), "n/a").html
    assert shown.count("<td>n/a</td>") == 4
    assert "<th>None</th>" in shown and "<th>NaN</th>" in shown
    assert "<td>None of it</td>" in shown
    assert "<td>&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;</td>" in shown
    # prose about it is not a frame
    assert sanitize_html("<table><tr><td>None</td></tr></table>", "n/a").html.count("None") == 1


def test_the_look_of_a_frame() -> None:
    frame = pd.DataFrame({"name": [f"<b>{NAME}</b>"], "cost": [2.0]})
    styled = frame.style.highlight_max(subset=["cost"], color="#ffff00").to_html()
    safe = sanitize_html(styled, "n/a")
    assert "background-color: #ffff00" in safe.style
    assert "<script" not in safe.html and "<style" not in safe.html
    assert "_row0_col1 {" in safe.style


@pytest.mark.parametrize(
    "html",
    [
        '<style type="text/css">td { background: url(//evil) }</style><table></table>',
        '<style type="text/css">@import "//evil";</style><table></table>',
        "<style>h1 { display: none }</style><table></table>",
        '<table><tr><td><style type="text/css">h1 { display: none }</style></td></tr></table>',
    ],
)
def test_no_other_style_sheet(html: str) -> None:
    assert sanitize_html(html).style == ""
