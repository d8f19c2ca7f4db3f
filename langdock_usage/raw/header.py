"""The columns of a usage export, under every name that the service gives them."""

from dataclasses import dataclass

from langdock_usage.errors import ExportFormatError
from langdock_usage.escaping import printable

REQUIRED = (
    "period_start",
    "period_end",
    "org_id",
    "api_key_id",
    "api_key_name",
    "requests",
    "total_cost_usd",
)
TOKENS = (
    "sum_prompt_tokens",
    "sum_completion_tokens",
    "cached_prompt_tokens",
    "cache_creation_tokens",
    "no_cache_tokens",
)
# Our column → names that the service gives, or may give, to it: the first of them that is there.
# The documentation does not name the model column of a grouped export; the models export spells
# two token columns differently.
NAMES = {
    "model": ("model", "model_name", "name", "raw_model"),
    "cached_prompt_tokens": ("cached_prompt_tokens", "sum_cached_prompt_tokens"),
    "cache_creation_tokens": ("cache_creation_tokens", "sum_cache_creation_tokens"),
}
COLUMNS = (*REQUIRED, "model", *TOKENS)
# Beside the model: rows of one API key and model that differ in it are added up.
RAW_MODEL = "raw_model"


@dataclass(frozen=True)
class Header:
    """The columns of one file, in its order: our name of each, and the name that it has there."""

    names: tuple[str, ...]
    originals: tuple[str, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Columns that the database does not store, as the file names them."""
        pairs = zip(self.names, self.originals, strict=True)
        return tuple(original for name, original in pairs if name not in (*COLUMNS, RAW_MODEL))

    @property
    def has_model(self) -> bool:
        return "model" in self.names

    @property
    def has_raw_model(self) -> bool:
        """Whether there is a `raw_model` beside the model."""
        return RAW_MODEL in self.names

    def duckdb_columns(self) -> dict[str, str]:
        """Columns of the file for DuckDB's `read_csv`; text, so that nothing is rounded unseen."""
        return dict.fromkeys(self.names, "VARCHAR")


def header_of(row: list[str] | None, name: str) -> Header:
    """The columns that the first row of a file names; `name` is for errors.

    Raises ExportFormatError.
    """
    if not row:
        raise ExportFormatError(f"{name}: the file is empty; a usage export begins with a header.")
    originals = [cell.strip() for cell in row]
    lowered = [original.lower() for original in originals]
    chosen = {
        next((spelled for spelled in spellings if spelled in lowered), ours): ours
        for ours, spellings in NAMES.items()
    }
    names: dict[str, str] = {}
    for position, spelled in enumerate(lowered):
        ours = chosen.get(spelled, spelled)
        if ours not in (*COLUMNS, RAW_MODEL):
            ours = f"unknown_{position}"
        if ours in names:
            both = f"{names[ours]!r} and {originals[position]!r}"
            raise ExportFormatError(f"{name}, line 1: the columns {both} could both be {ours}.")
        names[ours] = originals[position]
    missing = [column for column in REQUIRED if column not in names]
    if missing and len(originals) == 1 and originals[0].count(";") >= len(REQUIRED) - 1:
        raise ExportFormatError(
            f"{name}, line 1: the values are separated by semicolons, as Excel writes them; "
            "load the file as it was downloaded."
        )
    if missing:
        raise ExportFormatError(
            f"{name}, line 1: the column {missing[0]!r} is missing; this is not a usage export by "
            f"API key (its columns: {printable(', '.join(originals)[:200])})."
        )
    return Header(tuple(names), tuple(originals))
