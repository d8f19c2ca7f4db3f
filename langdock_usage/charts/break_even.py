"""From which cache-hit ratio on caching pays: the lines of models in a chart of ratios. Pure."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd

from langdock_usage.charts.drawing.chart_data import require
from langdock_usage.charts.drawing.names import shortened
from langdock_usage.charts.drawing.style import INK, Style, tip

MOST_LINES = 6
"""Models with a line for their break-even."""

CLOSE = 0.03
"""Lines that are no further apart share their names."""
LINES_FROM, LINE_STEP = 28, 15
"""Where the names of lines stand, below the upper edge."""

_LEFT: Literal["left"] = "left"
_CENTER: Literal["center"] = "center"
_RIGHT: Literal["right"] = "right"


def break_even_ratios(models: pd.DataFrame, top: int = MOST_LINES) -> pd.DataFrame:
    """From which cache-hit ratio on caching pays, however much of the rest is written to the cache.

    Where all that is not read is written, b reads per write are a ratio of b / (1 + b), which is
    (write - input) / (write - read price). One row for each of the `top` costliest models of
    `usage.cache_savings(…, by="model")` that can lose money by caching: `model`, `least` (at the
    cheapest writes) and `most` (at the dearest, such as one-hour writes).
    """
    require(models, ["model", "total_cost_usd", "break_even_low", "break_even_high"])
    known = models[models["break_even_high"].notna() & (models["break_even_high"] > 0)]
    known = known.sort_values("total_cost_usd", ascending=False, kind="stable").head(top)
    low, high = known["break_even_low"].astype(float), known["break_even_high"].astype(float)
    return pd.DataFrame(
        {"model": known["model"], "least": low / (1 + low), "most": high / (1 + high)}
    ).reset_index(drop=True)


def break_even_lines(models: pd.DataFrame | None, style: Style) -> list[pd.DataFrame]:
    """Lines at ratios to the percent, those that lie close together in one frame."""
    if models is None:
        return []
    ratios = break_even_ratios(models)
    names = shortened([style.name("model", model) for model in ratios["model"]])
    of_line: dict[tuple[bool, float], list[str]] = {}
    for name, least, most in zip(names, ratios["least"], ratios["most"], strict=True):
        for ratio, is_most in ((least, False), (most, True)):
            if ratio > 0 and not (is_most and most == least):
                of_line.setdefault((is_most, round(ratio, 2)), []).append(name)
    groups: list[list[tuple[bool, float]]] = []
    for is_most, ratio in sorted(of_line):
        before = groups[-1][-1] if groups else (is_most, -1.0)
        if before[0] == is_most and ratio - before[1] <= CLOSE:
            groups[-1].append((is_most, ratio))
        else:
            groups.append([(is_most, ratio)])
    return [_close_lines(group, of_line, names, style) for group in groups]


def _close_lines(
    group: list[tuple[bool, float]],
    of_line: dict[tuple[bool, float], list[str]],
    names: list[str],
    style: Style,
) -> pd.DataFrame:
    ends = [style.percent(ratio) for _, ratio in (group[0], group[-1])]
    among = {name for line in group for name in of_line[line]}
    first = next(name for name in names if name in among)  # the costliest
    text = "\u2013".join(dict.fromkeys(ends)) + f" {first}"
    return pd.DataFrame(
        {
            "cache_hit_ratio": [ratio for _, ratio in group],
            "cache_hit_ratio_label": [style.percent(ratio) for _, ratio in group],
            "model": [", ".join(of_line[line]) for line in group],
            "text": text + f" +{len(among) - 1}" * (len(among) > 1),
            "is_most": [is_most for is_most, _ in group],
        }
    )


def drawn_lines(
    groups: list[pd.DataFrame], ratio: alt.X, height: int, style: Style
) -> list[alt.Chart]:
    """Dashed at the cheapest writes, dotted at the dearest; names at their upper ends, in rows."""
    layers = []
    for place, lines in enumerate(groups):
        y, middle = LINES_FROM + LINE_STEP * place, lines["cache_hit_ratio"].mean()
        align, dx, beside = next(
            (align, dx, beside)
            for most, align, dx, beside in (
                (0.35, _LEFT, 4, lines.tail(1)),
                (0.65, _CENTER, 0, lines.head(1).assign(cache_hit_ratio=middle)),
                (1, _RIGHT, -4, lines.head(1)),
            )
            if middle <= most
        )
        top = y + LINE_STEP / 2 if align == _CENTER else y - LINE_STEP / 2
        rules = alt.Chart(lines).mark_rule(
            color=INK, strokeDash=[1, 3] if lines["is_most"].all() else [6, 4]
        )
        across = {"y": alt.value(top), "y2": alt.value(height)}
        layers.append(
            rules.encode(x=ratio, **across, tooltip=tip(style, "model", "cache_hit_ratio"))
        )
        words = alt.Chart(beside).mark_text(align=align, dx=dx, fontSize=11, limit=260)
        layers.append(words.encode(x=ratio, y=alt.value(y), text=alt.Text("text:N")))
    return layers
