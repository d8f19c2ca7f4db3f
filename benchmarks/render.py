"""A report, against papermill and jupyter nbconvert in turn; and a year of reports, against one.

python benchmarks/render.py data/demo.duckdb 2026-10
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5
NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "monthly_report.ipynb"
BIN = Path(sys.executable).parent


def seconds(*commands: list[str]) -> float:
    started = time.perf_counter()
    for command in commands:
        environment = {**os.environ, "LANGDOCK_USAGE_REPORT": "1"}
        subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - started


def ours(database: str, folder: str, *months: str) -> float:
    report = ["report", *months, "--db", database, "--output", folder]
    return seconds([sys.executable, "-m", "langdock_usage", *report])


def by_hand(database: str, folder: str, month: str) -> float:
    executed = f"{folder}/executed.ipynb"
    parameters = ["-p", "database", str(Path(database).absolute()), "-p", "month", month]
    return seconds(
        [str(BIN / "papermill"), str(NOTEBOOK), executed, *parameters],
        [str(BIN / "jupyter"), "nbconvert", "--to", "html", executed],
    )


def main(database: str, month: str) -> None:
    year, number = map(int, month.split("-"))
    first = year * 12 + number - 12
    months = f"{first // 12}-{first % 12 + 1:02}..{month}"
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(
                (
                    ours(database, folder, "--month", month),
                    by_hand(database, folder, month),
                    ours(database, folder, "--months", months),
                )
            )
    one, hand, twelve = (statistics.median(side) for side in zip(*rounds, strict=True))
    ratio = statistics.median(one / hand for one, hand, _ in rounds)
    year_ratio = statistics.median(twelve / one for one, _, twelve in rounds)
    sys.stdout.write(
        f"report: ours {one:.1f} s, papermill and nbconvert {hand:.1f} s, ratio {ratio:.2f}\n"
        f"twelve reports: {twelve:.1f} s, ratio to one {year_ratio:.1f}\n"
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
