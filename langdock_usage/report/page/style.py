"""How the charts of a report look: its words, its digits, and one colour for each model."""

from datetime import date

import pandas as pd

from langdock_usage.analysis.bridge import EFFECTS
from langdock_usage.charts.drawing.model_colours import model_colours
from langdock_usage.charts.drawing.style import Style
from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.months import Months
from langdock_usage.report.page.alt_text import AltText
from langdock_usage.windows import month_before, month_of

LABELLED = (
    "total_cost_usd",
    "cache_hit_ratio",
    "saving_low_usd",
    "saving_high_usd",
    "api_key_name",
    "model",
    "team",
    "day",
    "month",
    *("cost_before_usd", "cost_after_usd", "change_usd", *EFFECTS),
    *("running_usd", "running_before_usd", "expected_running_usd", "budget_usd"),
)


def report_style(formatter: Formatter, months: Months, models: pd.DataFrame) -> Style:
    """The style of all charts of a report; `models` is `usage.monthly_cost(…, by="model")`.

    From the first month that is known, so that colours stay as they were in older reports.
    """
    language = formatter.language
    words = [*("others", "unassigned", "no_data", "month_before", "effect")]
    words += ["caching_would_pay", "caching_saved"]
    colours = {formatter.model(name): colour for name, colour in model_colours(models).items()}
    labels = {name: formatter.label(name) for name in LABELLED}
    labels["saving_usd"] = language.text("words.caching_saved")
    before = month_before(month_of(months.first)).first
    labels["bridge_before"] = language.month(before, "MMM y")
    labels["bridge_after"] = language.month(months.first, "MMM y")
    return Style(
        labels=labels | {name: language.text(f"words.{name}") for name in words},
        models=list(colours),
        colours=colours,
        money=formatter.money,
        difference=formatter.difference,
        digits=formatter.digits,
        percent=lambda ratio: language.percent(ratio, 0),
        whole=lambda amount: language.number(round(amount)),
        range=lambda low, high: language.text("words.range", low=low, high=high),
        day=language.day,
        weekday=language.weekday,
        month=lambda first: language.month(first, "MMM y") + "*" * _is_partial(months, first),
        name=formatter.in_column,
        alt_text=AltText(formatter),
    )


def _is_partial(months: Months, first: date) -> bool:
    return pd.Timestamp(first).date() in months.partial
