"""Names of files that every system can keep, no two of them alike."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable

MAX_BYTES = 120  # of 255, which with its folders Windows counts to 260
_HASH = 8
_NOT_ALLOWED = set('<>:"/\\|?*')
# Windows keeps these for devices, with any ending.
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])(\..*)?")


def file_names(names: Iterable[str], taken: Collection[str] = ()) -> dict[str, str]:
    """For each name one that a file can have, without its ending.

    A name stays as it is where it can. Those that would be alike without regard to case, or like
    one that is `taken`, end in a part of their hash, which is the same next month.
    """
    safe = {name: _safe(name) for name in names}
    alike = Counter(map(_folded, safe.values())) + Counter(map(_folded, taken))
    found: dict[str, str] = {}
    used = set(map(_folded, taken)) | {one for one, count in alike.items() if count == 1}
    for name, file in safe.items():
        if alike[_folded(file)] == 1:
            found[name] = file
            continue
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
        length = next(n for n in range(_HASH, 65) if _folded(f"{file}-{digest[:n]}") not in used)
        found[name] = f"{file}-{digest[:length]}"
        used.add(_folded(found[name]))
    return found


def _safe(name: str) -> str:
    """The name without what some system does not allow in names of files."""
    text = "".join(
        "_" if _is_forbidden(sign) else sign for sign in unicodedata.normalize("NFC", name)
    )
    text = _cut(text).strip(" ").rstrip(". ")
    if text.startswith((".", "-", "~")):  # hidden, an option, somebody's home
        text = f"_{text}"
    return f"_{text}" if not text or _DEVICE.fullmatch(text.casefold()) else text


def _is_forbidden(sign: str) -> bool:
    """A separator of folders, a sign with a meaning, or one that nobody sees."""
    is_space = unicodedata.category(sign)[0] == "Z" and sign != " "
    return sign in _NOT_ALLOWED or unicodedata.category(sign)[0] == "C" or is_space


def _cut(text: str) -> str:
    """As many whole letters as there is room for."""
    return text.encode("utf-8")[:MAX_BYTES].decode("utf-8", "ignore")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())
