"""Notebooks of two cells."""

import json
from pathlib import Path
from typing import Any

import nbformat


def write_notebook(folder: Path, name: str, parameters: str, code: str) -> None:
    book: Any = nbformat.v4
    cells = [
        book.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        book.new_code_cell(code),
    ]
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.ipynb").write_text(json.dumps(book.new_notebook(cells=cells)))
