"""The line and the bar in a cell of the outlook."""

from langdock_usage.report.wording.small_charts import BAR_OF_BUDGET, WIDTH, bar_of, line_of


def test_line_has_a_gap_where_nothing_is_known() -> None:
    # 20 high with 3 above and below: 4 of 4 is at 3, half of it in the middle, 0 at 17
    assert line_of([0, 2, 4], [True] * 3) == ["3.0,17.0 48.0,10.0 93.0,3.0"]
    first, last = line_of([4, 1, 4], [True, False, True])
    assert first == "3.0,3.0 3.0,3.0"
    assert last == "93.0,3.0 93.0,3.0"
    assert line_of([0], [True]) == ["3.0,17.0 3.0,17.0"]


def test_bar_is_of_the_budget_and_no_longer_than_its_cell() -> None:
    half = bar_of({"budget_usd": 10, "cost_usd": 5, "expected_usd": 10})
    assert (half.spent, half.expected) == (BAR_OF_BUDGET / 2, BAR_OF_BUDGET)
    over = bar_of({"budget_usd": 10, "cost_usd": 90, "expected_usd": None})
    assert (over.spent, over.expected) == (WIDTH, WIDTH)
    nothing = bar_of({"budget_usd": 0, "cost_usd": 0, "expected_usd": 0})
    assert nothing.spent == 0
    assert bar_of({"budget_usd": 0, "cost_usd": 1, "expected_usd": 1}).spent == WIDTH
