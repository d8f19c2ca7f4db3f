"""A report in one process, against the commands papermill and jupyter nbconvert in turn.

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


def main(database: str, month: str) -> None:
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            executed = f"{folder}/executed.ipynb"
            parameters = ["-p", "database", str(Path(database).absolute()), "-p", "month", month]
            report = ["report", "--month", month, "--db", database, "--output", folder]
            ours = seconds([sys.executable, "-m", "langdock_usage", *report])
            theirs = seconds(
                [str(BIN / "papermill"), str(NOTEBOOK), executed, *parameters],
                [str(BIN / "jupyter"), "nbconvert", "--to", "html", executed],
            )
            rounds.append((ours, theirs))
    ours_, theirs_ = (statistics.median(side) for side in zip(*rounds, strict=True))
    ratio = statistics.median(ours / theirs for ours, theirs in rounds)
    sys.stdout.write(
        f"report: ours {ours_:.1f} s, papermill and nbconvert {theirs_:.1f} s, ratio {ratio:.2f}\n"
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
