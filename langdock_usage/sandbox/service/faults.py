"""The troubles that a sandbox can be told to make, and when each strikes.

Which period is struck is fixed by the order in which periods are first asked for: of every
`every` distinct ones the first. Several faults take turns. A period is struck once or twice, then
answered well, so a client that asks again always gets through. Only `too_large` fails every time.
"""

from collections.abc import Hashable, Iterable

from langdock_usage.errors import InvalidRequest

FAULTS: dict[str, str] = {
    "rate_limit": "429 without Retry-After, twice",
    "retry_after": "429 with Retry-After in seconds",
    "retry_after_date": "429 with Retry-After as an HTTP date",
    "server_error": "500, 502 or 503, two in a row",
    "drop": "the connection is cut before the answer",
    "slow": "the answer is delayed",
    "not_json": "a page of HTML in place of the API's JSON",
    "redirect": "302 to another host in place of an answer",
    "too_large": "400 Export too large for every period of more than one day",
    "expired_link": "the download link has expired when it arrives",
    "html": "a page of HTML with status 200 in place of the CSV",
    "truncate": "the CSV breaks off before its announced length",
    "short_csv": "a well-formed CSV with fewer rows than recordCount says",
}

ALL = "all"

_STRIKES = {"rate_limit": 2, "server_error": 2}


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """The faults of these names, `all` spelled out; InvalidRequest names an unknown one."""
    given = list(names)
    for name in given:
        if name not in FAULTS and name != ALL:
            raise InvalidRequest(
                f"unknown fault {name!r}: choose {ALL} or one of {', '.join(FAULTS)}"
            )
    return tuple(name for name in FAULTS if name in given or ALL in given)


class Plan:
    """Which fault strikes which request; without names none ever does."""

    def __init__(self, names: Iterable[str] = (), every: int = 5) -> None:
        faults = chosen(names)
        self.too_large = "too_large" in faults
        self._turns = [name for name in faults if name != "too_large"]
        self._every = every
        # What is still to strike each period that was asked for.
        self._left: dict[Hashable, list[str]] = {}

    def strike(self, period: Hashable) -> str | None:
        """The fault that strikes this request for a period, or None. Counts the request."""
        if period not in self._left:
            turn, rest = divmod(len(self._left), self._every)
            self._left[period] = []
            if self._turns and rest == 0:
                name = self._turns[turn % len(self._turns)]
                self._left[period] = [name] * _STRIKES.get(name, 1)
        left = self._left[period]
        return left.pop() if left else None
