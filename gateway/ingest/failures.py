"""What to do about an error nobody foresaw while a message was followed."""

from pathlib import Path
from traceback import extract_tb

from django.db import DatabaseError, DataError, IntegrityError


def is_transient(failed: Exception) -> bool:
    """Whether the store is away, so that the same may work later; else it fails every time."""
    return isinstance(failed, DatabaseError) and not isinstance(failed, DataError | IntegrityError)


def shown(failed: Exception) -> str:
    """The reason staff read, and the log; what an error itself says may quote a card's number."""
    ours = [step for step in extract_tb(failed.__traceback__) if "/gateway/" in step.filename]
    place = f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"the gateway cannot follow it ({type(failed).__name__}{place}): update it"
