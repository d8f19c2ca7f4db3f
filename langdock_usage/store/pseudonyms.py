"""Names that stand for other names: the same in every report of a database, and nowhere else."""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from langdock_usage.errors import PseudonymsError
from langdock_usage.sql import read_sql
from langdock_usage.store.connection import open_for_reading

SECRET = "pseudonyms.key"  # noqa: S105, the name of its file
_PREFIX = {"key": "key", "team": "team", "cost_center": "cost-center", "owner": "owner"}
_Name = tuple[str, str, list[str] | None]
_LENGTH = 10  # of base32: two of a million names are alike with a chance of 1 in 2000


@dataclass(frozen=True)
class Pseudonym:
    """One name of a database, and what stands for it."""

    kind: str
    """`key` (then the name is the id), `team`, `cost_center` or `owner`."""
    name: str
    pseudonym: str
    called: Sequence[str]
    """Every name that a key ever had."""


def pseudonyms(database: Path) -> list[Pseudonym]:
    """Everyone who stands in a database. Makes the secret where there is none.

    Raises PseudonymsError where the secret is not ours alone, and what opening a database raises.
    """
    names = _names(database)
    return list(_named(database, names, _secret(database, is_new=True)))


def explain(database: Path, pseudonym: str) -> Pseudonym | None:
    """Who it is that a report of this database calls so; None for nobody.

    Raises PseudonymsError where there is no secret, or where others can read it.
    """
    names, secret = _names(database), _secret(database, is_new=False)
    asked = pseudonym.strip().casefold()
    return next((one for one in _named(database, names, secret) if one.pseudonym == asked), None)


def _names(database: Path) -> list[_Name]:
    with open_for_reading(database) as connection:
        return connection.execute(read_sql("store/excerpt/names")).fetchall()


def _named(database: Path, names: list[_Name], secret: bytes) -> Iterator[Pseudonym]:
    for kind, name, called in names:
        # several databases of one folder share its secret, but no pseudonym
        text = "\0".join((database.name, kind, name))
        digest = hmac.digest(secret, text.encode(), hashlib.sha256)
        code = base64.b32encode(digest).decode().lower()[:_LENGTH]
        yield Pseudonym(kind, name, f"{_PREFIX[kind]}-{code}", called or ())


def _secret(database: Path, *, is_new: bool) -> bytes:
    """The secret beside a database, readable by its owner alone."""
    path = database.parent / SECRET
    try:
        if is_new and not path.exists():
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "wb") as secret:
                secret.write(secrets.token_hex(32).encode())
                os.fsync(secret.fileno())
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise PseudonymsError(
                f"Others can read {path}, and with it undo every pseudonym; `chmod 600 {path}` "
                "makes it yours alone."
            )
        found = path.read_bytes().strip()
    except FileNotFoundError as error:
        raise PseudonymsError(
            f"There is no {path}, so nobody can say who a pseudonym stands for; it is made by the "
            "first `report --redact keys`, and has to be kept."
        ) from error
    except OSError as error:
        raise PseudonymsError(f"Cannot use {path}: {error.strerror}.") from error
    if len(found) < 32:
        raise PseudonymsError(f"{path} is damaged; put its backup in its place.")
    return found
