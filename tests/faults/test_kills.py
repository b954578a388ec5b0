from collections import Counter
from pathlib import Path

import pytest

from tests.faults.kills import Morning
from tests.faults.stage import Stage, journal, numbers, seed, truth

TAPS, KILLS = 2_000, 40


def check(stage: Stage, morning: Morning) -> None:
    """Nothing lost, nothing doubled, nothing in the wrong direction, no number left out."""
    journals = [journal(kiosk) for kiosk in stage.kiosks]
    made = [track for tracks in journals for track in tracks]
    stored = stage.stored()

    assert Counter(track.id for track in stored) == Counter(track.id for track in made)
    assert sorted(stored) == sorted(made)

    seen = Counter(held for held, _, _ in morning.ledger.green)
    kept = Counter(_cards(stage)[track.person] for track in made)
    assert not seen - kept, "an answer was shown whose track is gone"

    for kiosk in stage.kiosks:
        given = numbers(kiosk)
        assert given == list(range(1, len(given) + 1))
    assert stage.holes() == []
    assert stage.set_aside() == []

    days, differences = truth(made)
    assert stage.days() == days
    assert stage.differences() == differences


def report(stage: Stage, morning: Morning) -> None:
    """What happened, for the log."""
    print(
        f"{len(morning.ledger.green)} green answers, {len(stage.stored())} tracks, "
        f"kills {dict(Counter(morning.ledger.kills))}, "
        f"{len(stage.differences())} differences flagged"
    )


def play(folder: Path, *, taps: int, kills: int) -> None:
    """The whole morning, then the reckoning."""
    stage = Stage(folder)
    try:
        stage.open()
        morning = Morning(stage, seed())
        morning.play(taps=taps, kills=kills)
        stage.settle()
        report(stage, morning)
        check(stage, morning)
    finally:
        stage.close()


def _cards(stage: Stage) -> dict[int, str]:
    store = stage.gateway.store()
    try:
        return dict(store.execute("SELECT person_id, value FROM people_credential"))
    finally:
        store.close()


@pytest.mark.e2e
@pytest.mark.fault
@pytest.mark.covers("BEY-01", "BEY-02", "BEY-04", "TRK-01", "TRK-02", "DES-02")
def test_whatever_is_killed_nothing_is_lost_doubled_or_turned_round(tmp_path: Path) -> None:
    play(tmp_path, taps=TAPS, kills=KILLS)
