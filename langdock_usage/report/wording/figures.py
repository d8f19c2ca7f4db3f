"""The month in six figures, each with what it was before."""

from dataclasses import dataclass
from decimal import Decimal

from langdock_usage.report.language.formatter import Formatter
from langdock_usage.report.monthly.months import Months, MonthTotal, relative_change


@dataclass(frozen=True)
class Figure:
    """A large number, what it is, and lines that say what it was."""

    label: str
    value: str
    notes: list[str]


def figures(months: Months, formatter: Formatter, in_currency: str | None = None) -> list[Figure]:
    """Total cost, change, year to date, requests, cost per request, cache-hit ratio.

    `in_currency` is the total in another currency than USD.
    """
    return _Figures(months, formatter, in_currency).all()


class _Figures:
    def __init__(self, months: Months, formatter: Formatter, in_currency: str | None) -> None:
        self._months = months
        self._in_currency = in_currency
        self._format = formatter
        self._language = formatter.language
        self._now, self._before = months.this, months.before

    def all(self) -> list[Figure]:
        language, now, before = self._language, self._now, self._before
        per_request = self._format.rates(
            now.cost_per_request_usd, before.cost_per_request_usd if before else None
        )
        return [
            self._total(),
            self._change(),
            self._year_to_date(),
            self._figure(
                "requests",
                language.number(now.requests),
                language.number(before.requests if before else None),
            ),
            self._figure("cost_per_request", *per_request),
            self._figure(
                "cache_hit_ratio",
                language.percent(now.cache_hit_ratio),
                language.percent(before.cache_hit_ratio if before else None),
            ),
        ]

    def _figure(self, name: str, value: str, then: str, *more: str) -> Figure:
        if self._before is None:
            note = self._language.text("figures.no_month_before")
        else:
            note = self._note(self._before, then)
        return Figure(self._language.text(f"figures.{name}"), value, [note, *more])

    def _note(self, total: MonthTotal, value: str) -> str:
        """The value of another month, with a star if days of that month are missing."""
        name = self._format.month(total.month, total.days, "MMM y") + "*" * (not total.is_complete)
        return self._language.text("figures.before", month=name, value=value)

    def _total(self) -> Figure:
        money = self._format.money
        year_ago = self._months.year_ago(self._now)
        more = [self._note(year_ago, money(year_ago.total_cost_usd))] if year_ago else []
        then = money(self._before.total_cost_usd if self._before else None)
        figure = self._figure("total", money(self._now.total_cost_usd), then, *more)
        if self._in_currency:
            figure.notes.insert(0, self._in_currency)
        return figure

    def _change(self) -> Figure:
        """In USD, with the percentage, and how the month before changed."""
        compared = self._months.comparable(self._now)
        name = "change_running" if self._months.same_days else "change"
        label = self._language.text(f"figures.{name}")
        if compared is None:
            if self._before is None:
                return self._figure(name, self._language.unknown, "")
            return Figure(label, self._language.unknown, [])
        difference = self._now.total_cost_usd - compared.total_cost_usd
        ratio = relative_change(self._now.total_cost_usd, compared.total_cost_usd)
        notes = [self._language.change(ratio)] if ratio is not None else []
        last = self._months.whole_before
        if last and not self._months.same_days and (was := self._months.change(last)) is not None:
            notes.append(self._note(last, self._language.change(was)))
        return Figure(label, self._format.difference(difference), notes)

    def _year_to_date(self) -> Figure:
        """From January to this month, against the same months of the year before, where known."""
        now = self._now.month
        year_ago = now.replace(year=now.year - 1)
        months, before = map(self._months.year_to_date, (now, year_ago))
        notes = [self._first_to_last(months)]
        if len(before) == len(months) == now.month:
            note = self._language.text(
                "figures.before", month=year_ago.year, value=self._format.money(_cost(before))
            )
            notes.append(note)
        label = self._language.text("figures.year_to_date")
        return Figure(label, self._format.money(_cost(months)), notes)

    def _first_to_last(self, months: list[MonthTotal]) -> str:
        """Which months it is the sum of: all that are known."""
        names = [self._language.month(total.month, "MMM") for total in (months[0], months[-1])]
        star = "*" * any(not total.is_complete for total in months[:-1])
        return " \u2013 ".join(dict.fromkeys(names)) + star


def _cost(months: list[MonthTotal]) -> Decimal:
    return sum((total.total_cost_usd for total in months), Decimal(0))
