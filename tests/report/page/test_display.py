"""How the kernel of a report shows charts."""

import warnings
from types import SimpleNamespace
from typing import Any

import altair as alt
import pandas as pd
import pytest
from altair.utils import schemapi
from IPython.core.formatters import DisplayFormatter

from langdock_usage.charts.drawing.look import Chart
from langdock_usage.report.kernel.display import load_ipython_extension

WRONG: Any = "round"


def test_charts_of_analysts_are_checked_once_and_ours_never(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module, name in ((schemapi, "DEBUG_MODE"), (warnings, "formatwarning")):
        monkeypatch.setattr(module, name, getattr(module, name))  # put back after this test
    make: Any = DisplayFormatter
    shell = SimpleNamespace(display_formatter=make())
    load_ipython_extension(shell)
    data = pd.DataFrame({"cost": [1]})
    # neither is checked while it is made: that would be once for each of its parts
    ours, theirs = (kind(data).mark_bar(cornerRadius=WRONG) for kind in (Chart, alt.Chart))
    shown, _ = shell.display_formatter.format(ours.encode(x="cost:Q"))
    assert "cornerRadius" in shown["text/html"]
    shown, _ = shell.display_formatter.format(theirs.encode(x="cost:Q"))
    assert "text/html" not in shown
    assert "'round' is an invalid value for `cornerRadius`" in capsys.readouterr().err
