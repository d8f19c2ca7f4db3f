"""Bringing new files to their places: all of them hold from one moment on.

Until then, what was written lies in a folder of its own, which nobody reads. It becomes `.next` by
one renaming; a process that ends while files are moved leaves a lake that is read from both places,
and whose files the next run moves.
"""

import shutil
from pathlib import Path

from langdock_usage.store.lake.manifest import MANIFEST, NEXT, Manifest, sync

UNFINISHED = ".unfinished"


def install(folder: Path) -> None:
    """Let all that was written hold, and bring it to its place. Nobody may read meanwhile."""
    unfinished = folder / UNFINISHED
    for path in unfinished.rglob("*"):
        sync(path)
    sync(unfinished)
    unfinished.rename(folder / NEXT)
    sync(folder)
    finish(folder)


def finish(folder: Path) -> None:
    """Move what an ended process left to move."""
    moving = folder / NEXT
    manifest = Manifest.of(folder) if (moving / MANIFEST).exists() else None
    if manifest:
        for name in manifest.files:
            if (moving / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (moving / name).replace(folder / name)
                sync((folder / name).parent)
        _remove_others(folder, manifest)
        (moving / MANIFEST).replace(folder / MANIFEST)
        sync(folder)
    for left in (moving, folder / UNFINISHED):
        if left.exists():
            shutil.rmtree(left)


def _remove_others(folder: Path, manifest: Manifest) -> None:
    """Remove the files that the former lake names, and this one does not."""
    former = Manifest.at(folder / MANIFEST)
    for name in former.files if former else ():
        if name not in manifest.files:
            path = folder / name
            path.unlink(missing_ok=True)
            for parent in list(path.parents)[: name.count("/")]:
                if parent.exists() and not any(parent.iterdir()):
                    parent.rmdir()
