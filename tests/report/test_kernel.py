"""What a kernel imports, and that it is quick."""

import subprocess
import sys

from langdock_usage.report.kernel.import_jsonschema import GRAMMAR
from langdock_usage.report.kernel.preload import MODULES
from langdock_usage.report.render_many import PRELOAD


def printed_by(code: str) -> str:
    command = [sys.executable, "-c", f"import sys, threading\n{code}"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def test_jsonschema_still_compiles_a_grammar_that_nobody_needs() -> None:
    still = printed_by(f"import jsonschema\nprint({GRAMMAR!r} in sys.modules)")
    assert still == "True\n", (
        "jsonschema got quicker (python-jsonschema/jsonschema#1428): require this version of it in "
        "pyproject.toml, and remove the module import_jsonschema"
    )


def test_what_is_forked_has_imported_what_it_needs_and_runs_no_thread() -> None:
    # a server that forks passes over a module that cannot be imported
    code = "\n".join(f"import {module}" for module in PRELOAD)
    names = [*MODULES, GRAMMAR]
    code += f"\nprint(*[name in sys.modules for name in {names}], threading.active_count())"
    assert printed_by(code).split() == [*["True"] * len(MODULES), "False", "1"]
