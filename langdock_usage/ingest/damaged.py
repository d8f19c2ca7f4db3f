"""Raw exports that are not as they were received: refused by name, or left out."""

from collections.abc import Sequence

from langdock_usage.errors import StoreError
from langdock_usage.raw.archive import Damaged
from langdock_usage.store.writing.store import Store
from langdock_usage.windows import ranges


def refusal(reasons: Sequence[str]) -> StoreError:
    """The error that names each of them."""
    count = "One raw file is" if len(reasons) == 1 else f"{len(reasons)} raw files are"
    return StoreError(
        f"{count} damaged, and nothing was changed; `langdock-usage rebuild --skip-damaged` sets "
        f"aside what is damaged and goes on: {' '.join(reasons)}"
    )


def consequence(store: Store, damaged: Damaged) -> str:
    """What a database that was made without this export says in its place."""
    raw = damaged.raw
    if raw is None:
        return "what it said is not known any more."
    older = store.lookups.in_force(raw)
    if older:
        return f"of {raw.window}, the older export {older} counts again."
    known = store.lookups.covered_days(raw.org_id, raw.window)
    missing = ", ".join(map(str, ranges(day for day in raw.window.days() if day not in known)))
    again = "load" if raw.is_loaded else "fetch"
    return f"{missing} is missing now; {again} it again." if missing else "other exports cover it."
