"""Data flows one way: who may import whom."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "langdock_usage"


def imports_of(module: str) -> set[str]:
    """The modules of this package that `module` imports, anywhere in it."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text())
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            if node.module:
                found.add(node.module.split(".")[0])
            else:
                found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("langdock_usage"):
            raise AssertionError(f"{module} imports {node.module} absolutely")
    return found


def test_the_ground_floor_imports_only_errors() -> None:
    assert imports_of("errors") == set()
    for module in ("windows", "settings"):
        assert imports_of(module) <= {"errors"}


def test_client_and_store_do_not_know_each_other() -> None:
    database_side = {"store", "stored", "database", "queries", "sql", "archive"}
    assert not imports_of("client") & database_side
    assert not imports_of("pace") & database_side
    for module in ("store", "stored", "database", "queries", "archive"):
        assert not imports_of(module) & {"client", "pace", "fetch"}


def test_report_sees_neither_client_nor_fetch() -> None:
    assert not imports_of("report") & {"client", "fetch", "pace", "store"}
    drawn = {"cache_charts", "chart_data", "cost_charts", "errors", "exploring", "heatmap"}
    drawn |= {"embedding", "look", "picture", "style"}
    for module in drawn | {"charts"}:
        assert imports_of(module) <= drawn - {module}
    assert imports_of("chart_data") <= {"errors", "style"}
    assert imports_of("style") == set()


def test_only_main_sees_the_command_line() -> None:
    for path in PACKAGE.glob("*.py"):
        if path.stem not in ("__main__", "cli"):
            assert "cli" not in imports_of(path.stem), path.stem
