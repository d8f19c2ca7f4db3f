"""Charts take the frames of the public questions, and look the same to everyone."""

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest

import langdock_usage as lu
from langdock_usage import charts
from langdock_usage.charts.drawing.chart_data import aligned_by_weekday
from langdock_usage.charts.drawing.style import OTHERS, PALETTE, Style
from langdock_usage.errors import InvalidRequest
from tests.support.command import ROOT


@pytest.fixture(scope="module")
def usage(two_months_database: Path) -> lu.Usage:
    return lu.open(two_months_database)


def spec_of(chart: Any) -> Any:
    return json.loads(chart.to_json())


def data_of(chart: Any) -> pd.DataFrame:
    (data,) = list(spec_of(chart)["datasets"].values())[:1]
    return pd.DataFrame(data)


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_charts_take_the_public_frames(usage: lu.Usage) -> None:
    month = "2026-10"
    keys = usage.cost_per_key(month)
    drawn = [
        charts.cost_per_key(keys),
        charts.cost_per_model(usage.cost_per_model(month)),
        charts.cost_per_day(usage.daily_cost(month)),
        charts.cost_per_key_and_model(usage.cost_per_key_and_model(month)),
        charts.cache_efficiency(usage.cache_efficiency(month)),
        charts.cache_efficiency(usage.cache_efficiency(month, by="key")),
        charts.cost_against_cache(keys),
    ]
    total = float(keys["total_cost_usd"].sum())
    for chart in drawn[:4]:
        assert data_of(chart)["total_cost_usd"].sum() == pytest.approx(total)
    for chart in drawn:
        assert spec_of(chart)["width"] == 700  # as "container", JupyterLab would hang


# what Altair does with a chart of the user's own
ALTAIR = """
import altair as alt
def state():
    registries = (alt.theme, alt.renderers, alt.data_transformers)
    chart = alt.Chart(alt.Data(values=[{"a": 1}])).mark_bar().encode(x="a:Q")
    active = [(registry.active, registry.options, registry.names()) for registry in registries]
    return active, chart.to_dict()
"""


def test_importing_changes_nothing_outside() -> None:
    code = ALTAIR + "before = state()\nimport langdock_usage, langdock_usage.report.page\n"
    code += "from langdock_usage import charts\nassert state() == before"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_charts_offer_the_public_names_only() -> None:
    assert {name for name in dir(charts) if not name.startswith("_")} == set(charts.__all__)


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_our_look_goes_with_our_charts_alone(usage: lu.Usage) -> None:
    ours = charts.cost_per_key(usage.cost_per_key("2026-10"))
    assert spec_of(ours)["config"]["axis"]["labelFontSize"] == 12
    changed = spec_of(ours.configure_axis(labelFontSize=20))["config"]
    assert (changed["axis"]["labelFontSize"], changed["legend"]["orient"]) == (20, "bottom")
    own = alt.Chart(pd.DataFrame({"a": [1]})).mark_point().encode(x="a:Q")
    plain = own.to_dict()["config"]
    assert spec_of(ours & own)["config"] == plain, "what an analyst puts together is theirs"
    with alt.renderers.enable("json"):
        bundle: Any = ours._repr_mimebundle_()
        assert "application/json" in bundle[0]


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_a_copy_of_layers_is_another_chart(usage: lu.Usage) -> None:
    chart = charts.cost_per_model(usage.cost_per_model("2026-10"))
    shown = chart.to_dict()
    copied = chart.copy(deep=False)
    copied.title, copied.config = "Mine", {"background": "red"}
    assert copied.to_dict() == shown | {
        "title": "Mine",
        "config": shown["config"] | {"background": "red"},
    }
    assert chart.to_dict() == shown  # and showing it has left nothing behind
    assert (chart + alt.Chart().mark_rule()).to_dict()["layer"][:2] == shown["layer"]


def test_heatmap_shades_what_has_a_name_and_not_the_rest() -> None:
    names = ["Search", "Search", "All others", "All others"]
    grid = pd.DataFrame({"api_key_id": names, "api_key_name": names})
    grid["model"] = ["gpt-5", "All others"] * 2
    grid["total_cost_usd"] = [4, 900, 1000, 5000]
    data = data_of(charts.cost_per_key_and_model(grid, Style(labels={"others": "All others"})))
    assert list(data["strength"]) == [1, 0, 0, 0]


def test_models_beyond_the_palette_share_a_colour() -> None:
    names = [f"model-{n}" for n in range(12)]
    monthly = pd.DataFrame({"month": pd.Timestamp("2026-10-01"), "model": names})
    monthly["total_cost_usd"] = range(12, 0, -1)
    style = Style(labels={"others": "All others"})
    data = data_of(charts.cost_per_month(monthly, style))
    assert list(data.sort_values("series")["model"]) == [*names[:7], "All others"]
    assert data["total_cost_usd"].sum() == sum(range(1, 13))


@pytest.mark.filterwarnings("ignore::langdock_usage.errors.IncompletePeriod")
def test_a_model_has_the_same_colour_in_every_chart(usage: lu.Usage) -> None:
    models = ["claude-sonnet-4-5", "gpt-5"]
    style = Style(models=models)
    days = spec_of(charts.cost_per_day(usage.daily_cost("2026-10"), None, style))
    scale = days["layer"][0]["encoding"]["color"]["scale"]
    by_name = dict(zip(scale["domain"], scale["range"], strict=True))
    bars = data_of(charts.cost_per_model(usage.cost_per_model("2026-10"), style))
    for name, colour in zip(bars["model"], bars["colour"], strict=True):
        assert colour == by_name.get(name, OTHERS)
    assert [by_name[name] for name in models] == list(PALETTE[:2])


# Viénot and Machado: what the three kinds of colour-blindness make of linear RGB
BLINDNESS = {
    "none": np.eye(3),
    "protan": [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]],
    "deutan": [[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]],
    "tritan": [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]],
}


def oklab(colour: str, blindness: Any) -> Any:
    channels = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    r, g, b = np.clip(np.array(blindness) @ linear, 0, 1)
    long = np.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = np.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = np.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return np.array(
        [
            0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
            1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
            0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
        ]
    )


def dark_palette() -> list[str]:
    """The twins of the colours on a dark page."""
    css = (ROOT / "langdock_usage" / "report" / "template" / "report.css").read_text()
    dark = css[css.index("prefers-color-scheme: dark") :]
    return [dark.split(f"--c{n}: ")[1][:7] for n in (1, 2, 3, 4, 5, 6, 7, 0)]


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("page", ["light", "dark"])
def test_colours_can_be_told_apart(blindness: str, page: str) -> None:
    palette = [*PALETTE, OTHERS] if page == "light" else dark_palette()
    seen = {colour: oklab(colour, BLINDNESS[blindness]) for colour in palette}
    for one, other in itertools.combinations(palette, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 0.07, (one, other)


@pytest.mark.parametrize(
    ("draw", "missing"),
    [
        (charts.cost_per_day, "day"),
        (charts.cost_per_key, "api_key_id"),
        (charts.cost_per_model, "model"),
        (charts.cost_per_team, "team"),
        (charts.cost_per_month, "month"),
        (charts.cache_efficiency, "cache_hit_ratio"),
    ],
)
def test_frame_of_another_question_is_refused_with_what_it_lacks(draw: Any, missing: str) -> None:
    frame = pd.DataFrame({"owner": ["Ana"], "total_cost_usd": [1.5]})
    with pytest.raises(InvalidRequest, match=f"needs a frame with the column {missing}"):
        draw(frame)


@pytest.mark.parametrize("month", pd.period_range("2026-01", "2028-12", freq="M"))
def test_month_before_is_aligned_by_weekday(month: pd.Period) -> None:
    before = pd.date_range((month - 1).start_time, (month - 1).end_time)
    for day, place in zip(before, aligned_by_weekday(before, month.start_time), strict=True):
        assert abs(place - day.day) <= 3
        assert (month.start_time + pd.Timedelta(days=place - 1)).weekday() == day.weekday()


def test_calendar_leaves_days_without_data_empty() -> None:
    days = pd.to_datetime(["2026-09-30", "2026-10-01", "2026-10-04"])
    daily = pd.DataFrame({"day": days, "total_cost_usd": [4.0, 1.0, 0.0]})
    layers: Any = charts.cost_calendar(daily).layer
    cells, empty = layers
    assert list(cells.data["strength"]) == [1, 0.5, 0]
    assert list(cells.data["day_of_month"]) == [30, 1, 4]
    assert list(empty.data["day_of_month"]) == [2, 3]
    assert list(cells.data["month_label"]) == ["2026-09", "2026-10", "2026-10"]
