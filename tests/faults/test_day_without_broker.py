"""A whole day on which the broker is away: both doors go on, and in the evening all is told."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.clock.simulated import SimulatedClock
from kiosk.desk import Desk
from kiosk.protocol.messages import Method
from kiosk.settings import KioskSettings
from kiosk.visit import Outcome, Sighting
from tests.faults.stage import PEOPLE, Stage, card, journal, numbers, seed, truth
from tests.kiosk.neighbours import SITE, KioskProcess

TAPS_A_DOOR = 1_500
HOURS = timedelta(hours=11)


def work_alone(kiosk: KioskProcess, chance: random.Random) -> Counter[Outcome]:
    """Let the kiosk's desk answer a day of taps, by a clock that runs through it."""
    begins = datetime.now(UTC) - HOURS - timedelta(minutes=5)
    clock = SimulatedClock(begins)
    clock.trust(True)
    settings = KioskSettings(kiosk=kiosk.config.stem, site=SITE, data=kiosk.folder)
    desk = Desk(settings)
    answers: Counter[Outcome] = Counter()
    for _ in range(TAPS_A_DOOR):
        clock.advance(HOURS / TAPS_A_DOOR)
        held = card(chance.randrange(PEOPLE))
        answers[desk.answer(Sighting(Method.CARD, held, clock.read())).outcome] += 1
    desk.close()
    return answers


@pytest.mark.e2e
@pytest.mark.fault
@pytest.mark.covers("DES-02", "BEY-02", "BEY-04")
def test_after_a_day_without_broker_everything_is_told_and_folded(tmp_path: Path) -> None:
    stage, chance = Stage(tmp_path), seed()
    try:
        stage.open()
        stage.close()

        answers = [work_alone(kiosk, chance) for kiosk in stage.kiosks]
        stage.broker.start()
        stage.gateway.start()
        for kiosk in stage.kiosks:
            kiosk.start()
        stage.settle()

        made = [track for kiosk in stage.kiosks for track in journal(kiosk)]
        days, differences = truth(made)
        assert all(set(each) == {Outcome.SIGNED_IN, Outcome.SIGNED_OUT} for each in answers)
        assert all(numbers(kiosk) == list(range(1, TAPS_A_DOOR + 1)) for kiosk in stage.kiosks)
        assert sorted(stage.stored()) == sorted(made)
        assert stage.days() == days
        assert stage.differences() == differences
    finally:
        stage.close()
