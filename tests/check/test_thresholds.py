"""The file check.toml: what it leaves out is as without it, what is wrong is refused."""

from pathlib import Path

import pytest

from langdock_usage.check.check import CHECKS
from langdock_usage.check.thresholds import USUAL, read_thresholds
from langdock_usage.errors import SettingsError


def test_without_a_file_every_kind_is_told(tmp_path: Path) -> None:
    thresholds = read_thresholds(tmp_path / "check.toml")
    assert list(thresholds) == list(CHECKS) == list(USUAL)
    assert (thresholds["stale"], thresholds["unassigned"]) == (2, 0.2)


def test_what_the_file_says(tmp_path: Path) -> None:
    file = tmp_path / "check.toml"
    file.write_text(
        "[stale]\nenabled = false\n[anomaly]\nusd = 500\n[unassigned]\nenabled = true\n"
    )
    thresholds = read_thresholds(file)
    assert "stale" not in thresholds
    assert (thresholds["anomaly"], thresholds["unassigned"]) == (500, 0.2)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[anomaly", "cannot be read"),
        ("[anomalie]\n", "there is no finding 'anomalie'; did you mean 'anomaly'?"),
        ("anomaly = 5\n", r"anomaly is a table; write \[anomaly\] above its lines"),
        ("[anomaly]\nshare = 1\n", r"\[anomaly\]: there is no 'share'; there is 'enabled', 'usd'"),
        ("[anomaly]\nenabled = 1\n", "enabled is true or false, not 1"),
        ("[anomaly]\nusd = '5'\n", "usd is a number that is not negative, not '5'"),
        ("[anomaly]\nusd = -5\n", "usd is a number that is not negative, not -5"),
        ("[anomaly]\nusd = nan\n", "not nan"),
        ("[anomaly]\nusd = true\n", "not True"),
    ],
)
def test_what_is_wrong_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "check.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=reason) as refused:
        read_thresholds(file)
    assert str(refused.value).startswith(str(file))
