"""What the made-up workspace has to tell: its months, its weeks, its story."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from langdock_usage.sandbox.workspace.rows import HourRow
from langdock_usage.sandbox.workspace.workspace import Workspace


def test_thirteen_complete_months_of_a_mid_size_company(hours: list[HourRow]) -> None:
    by_month: dict[str, Decimal] = defaultdict(Decimal)
    for row in hours:
        by_month[f"{row.hour:%Y-%m}"] += row.total_cost_usd
    months = [month for month in by_month if month < "2026-11"]
    assert months[0] == "2025-10"
    assert len(months) == 13
    assert 8_000 < by_month["2026-10"] < 20_000
    assert by_month["2025-10"] < by_month["2026-10"]
    assert len({row.api_key_id for row in hours}) == 14
    assert len({row.model for row in hours}) == 10


def test_weeks_have_a_rhythm(hours: list[HourRow]) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    by_day: Counter[date] = Counter()
    by_hour: Counter[int] = Counter()
    for row in hours:
        if row.api_key_name == "Entwicklung (IDE)" and row.hour.month == 9:
            by_day[row.hour.astimezone(berlin).date()] += row.requests
            by_hour[row.hour.astimezone(berlin).hour] += row.requests
    monday, sunday = by_day[date(2026, 9, 14)], by_day[date(2026, 9, 20)]
    assert sunday * 5 < monday
    assert by_hour[3] * 20 < by_hour[10]


class TestStory:
    """What the last complete month, October 2026, and the months before it have to tell."""

    def test_names_that_need_quoting(self, hours: list[HourRow]) -> None:
        names = {row.api_key_name for row in hours}
        assert {"Kundenservice Köln", "Vertrieb, DACH", 'Projekt "Fjord"'} < names
        assert "R&D <Prototyp>" in names

    def test_a_key_is_renamed_and_stays_one_row(
        self, workspace: Workspace, hours: list[HourRow]
    ) -> None:
        renamed_at = datetime(2026, 10, 15, 9, tzinfo=UTC)
        old, new = "Test 2", "Finance, Rechnungseingang"
        ids = {row.api_key_id for row in hours if row.api_key_name in (old, new)}
        assert len(ids) == 1
        assert max(row.hour for row in hours if row.api_key_name == old) < renamed_at
        assert min(row.hour for row in hours if row.api_key_name == new) >= renamed_at

        def names(start: datetime, end: datetime) -> list[str]:
            rows = workspace.usage(start, end, by_model=False)
            return [row.api_key_name for row in rows if row.api_key_id in ids]

        month = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
        assert names(month[0], renamed_at) == [old]
        assert names(*month) == [new]
        # Newest is the last name that usage of the period bears, hour by hour as by day.
        for day in range(1, 32):
            start = datetime(2026, 10, day, tzinfo=UTC)
            end = start + timedelta(days=1)
            used = [row for row in hours if start <= row.hour < end and row.api_key_id in ids]
            assert names(start, end) == [row.api_key_name for row in used[-1:]]

    def test_a_model_migration(self, hours: list[HourRow]) -> None:
        support = [row for row in hours if row.api_key_name == "Kundenservice Köln"]
        old = {row.hour.date() for row in support if row.model == "claude-sonnet-4-5"}
        new = {row.hour.date() for row in support if row.model == "claude-sonnet-5-5"}
        assert min(new) == date(2026, 10, 11)
        assert max(old) == date(2026, 10, 19)

    def test_a_cost_spike(self, hours: list[HourRow]) -> None:
        by_day: dict[date, Decimal] = defaultdict(Decimal)
        for row in hours:
            if date(2026, 10, 1) <= row.hour.date() <= date(2026, 10, 31):
                by_day[row.hour.date()] += row.total_cost_usd
        ranked = sorted(by_day, key=lambda day: by_day[day], reverse=True)
        assert ranked[:2] == [date(2026, 10, 19), date(2026, 10, 20)]

    def test_keys_come_and_go(self, hours: list[HourRow]) -> None:
        created = [row.hour for row in hours if row.api_key_name == "HR Onboarding-Bot"]
        revoked = [row.hour for row in hours if row.api_key_name == "Pilot 2025"]
        assert min(created).date() >= date(2026, 6, 24)
        assert min(revoked).date() < date(2025, 10, 8)
        assert date(2026, 5, 15) < max(revoked).date() < date(2026, 5, 25)

    def test_a_team_profits_from_caching(self, hours: list[HourRow]) -> None:
        legal = [row for row in hours if row.api_key_name.startswith("Rechtsabteilung")]
        switched_on = datetime(2026, 9, 22, tzinfo=UTC)
        before = [row for row in legal if row.hour < switched_on]
        after = [row for row in legal if row.hour >= switched_on]
        assert not any(row.cached_prompt_tokens for row in before)

        def per_request(rows: list[HourRow]) -> Decimal:
            cost = sum((row.total_cost_usd for row in rows), Decimal(0))
            return cost / sum(row.requests for row in rows)

        assert per_request(after) * 2 < per_request(before)

    def test_cache_writes_that_never_pay_off(self, hours: list[HourRow]) -> None:
        intranet = [row for row in hours if row.api_key_name == "Intranet-Wissensdatenbank"]
        assert sum(row.cache_creation_tokens for row in intranet) > 1_000_000
        assert sum(row.cached_prompt_tokens for row in intranet) == 0
