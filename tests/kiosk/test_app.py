from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from drivers.clock.simulated import SimulatedClock
from drivers.feedback.simulated import SimulatedFeedback
from kiosk import journal, site
from kiosk.app import Loop
from kiosk.backlog import Backlog, Span
from kiosk.devices import Devices
from kiosk.health import Supervisor
from kiosk.lamps import Lamps
from kiosk.protocol.messages import Enrolment, Method, Wanted
from kiosk.remarks import RemarkBook
from kiosk.screen.board import Board, View
from kiosk.screen.enrolment import CardAwaited
from kiosk.visit import Answer, Outcome, Sighting, SiteRules
from tests.kiosk.made import card_shown, clock_at, fill, settings_in, site_settings
from tests.kiosk.neighbours import card_of


class Bench:
    """A deciding loop that is run for as long as it has something to do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock: SimulatedClock = clock_at("08:00")
        self.notified: list[str] = []
        self.settled: list[SiteRules] = []
        self.board = Board(shown_for=timedelta(seconds=3))
        self.loop = Loop(
            settings_in(folder),
            self.clock,
            board=self.board,
            lamps=Lamps(SimulatedFeedback(), devices=Devices()),
            supervisor=Supervisor(self.notified.append),
            settle=self.settled.append,
        )

    def serve(self, *numbers: int) -> list[Outcome]:
        """Answer the people, then stop; what stood on the board, the oldest first."""
        for number in numbers:
            self.loop.see(card_shown(number, self.clock.read()))
        self.loop.stop()
        self.loop.run()
        return [shown.answer.outcome for shown in reversed(self.view().answers)]

    def open_desk(self) -> None:
        """Let the loop look after its journal, which stays open."""
        self.clock.advance(timedelta(minutes=1))
        self.loop.tick()

    def view(self) -> View:
        return self.board.view(now=self.clock.read().uptime)

    def span(self) -> Span:
        backlog = Backlog(self.folder)
        span = backlog.span()
        backlog.close()
        return span

    def ask_for_card(self, name: str) -> None:
        """Let the gateway have asked for a person's card, for two minutes."""
        until = self.clock.read().utc + timedelta(minutes=2)
        wanted = Wanted(id=uuid4(), method=Method.CARD, person=1, name=name, until=until)
        database = site.open_site(self.folder)
        site.note(database, Enrolment(wanted=wanted))
        database.close()

    def break_folder(self) -> None:
        """Put a file where the kiosk wants its folder, as a disk that is gone would be."""
        self.folder.rename(self.folder.with_name("away"))
        self.folder.write_text("")

    def mend_folder(self) -> None:
        self.folder.unlink()
        self.folder.with_name("away").rename(self.folder)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    folder = tmp_path / "kiosk"
    folder.mkdir()
    fill(folder, 1, 2, 3)
    return Bench(folder)


def test_people_are_answered_one_after_another(bench: Bench) -> None:
    assert bench.serve(1, 2, 1) == [Outcome.SIGNED_IN, Outcome.SIGNED_IN, Outcome.ALREADY_IN]
    assert bench.span() == Span(1, 2)


def test_systemd_hears_of_every_step(bench: Bench) -> None:
    bench.serve(1)

    assert bench.notified == ["WATCHDOG=1", "READY=1", "STOPPING=1"]


@pytest.mark.fault
def test_what_cannot_be_saved_is_shown_red_and_the_next_is_served(bench: Bench) -> None:
    bench.break_folder()
    assert bench.serve(1) == [Outcome.NOT_RECORDED]
    assert not bench.view().can_record

    bench.mend_folder()

    assert bench.serve(2)[-1] is Outcome.SIGNED_IN
    assert bench.view().can_record
    assert bench.span() == Span(1, 1)


@pytest.mark.fault
def test_a_kiosk_that_cannot_save_is_ready_to_say_so_but_not_alive(bench: Bench) -> None:
    bench.break_folder()

    bench.serve(1)

    assert bench.notified == ["READY=1", "STOPPING=1"]


@pytest.mark.fault
def test_a_kiosk_notices_by_itself_that_it_can_save_again(bench: Bench) -> None:
    bench.break_folder()
    bench.serve(1)
    bench.mend_folder()

    bench.clock.advance(timedelta(seconds=5))
    bench.serve()

    assert bench.view().can_record
    assert "WATCHDOG=1" in bench.notified


@pytest.mark.fault
def test_a_code_no_database_can_hold_stops_nobody(bench: Bench) -> None:
    bench.loop.see(Sighting(Method.QR, "\ud800", bench.clock.read()))

    assert bench.serve(2) == [Outcome.NOT_RECORDED, Outcome.SIGNED_IN]


def test_new_settings_of_the_site_hold_for_the_next_person(bench: Bench) -> None:
    bench.serve(1)
    database = site.open_site(bench.folder)
    site.take_settings(database, site_settings(repeat_window_s=0, zone="Europe/Berlin"))
    database.close()

    bench.loop.rules_changed()
    bench.clock.advance(timedelta(seconds=1))

    assert bench.serve(1)[-1] is Outcome.SIGNED_OUT
    assert bench.settled[-1].zone.key == "Europe/Berlin"


def test_names_leave_while_nobody_comes(bench: Bench) -> None:
    bench.serve(1)
    bench.clock.advance(timedelta(seconds=3))

    bench.serve()

    assert "Person" not in repr(vars(bench.board))


def test_the_watchdog_is_fed_every_half_minute(bench: Bench) -> None:
    for _ in range(3):
        bench.serve()
        bench.clock.advance(timedelta(seconds=30))

    assert bench.notified.count("WATCHDOG=1") == 3


def test_whose_card_is_waited_for_stands_on_the_board_until_it_is_over(bench: Bench) -> None:
    bench.ask_for_card("Mia K.")

    bench.loop.enrolment_changed()
    bench.serve()
    shown = bench.view().panel
    bench.clock.advance(timedelta(minutes=2))
    bench.loop.enrolment_changed()
    bench.serve()

    assert shown == CardAwaited("Mia K.")
    assert bench.view().panel is None


def test_a_card_that_staff_wait_for_no_more_leaves_the_board(bench: Bench) -> None:
    bench.ask_for_card("Mia K.")
    bench.loop.enrolment_changed()

    bench.loop.cancel_enrolment()
    bench.serve()
    bench.loop.tick()

    assert bench.view().panel is None


@pytest.mark.fault
def test_a_card_that_cannot_be_kept_is_not_enrolled(bench: Bench) -> None:
    bench.ask_for_card("Mia K.")
    bench.break_folder()

    assert bench.serve(99) == [Outcome.NOT_RECORDED]
    bench.mend_folder()

    assert RemarkBook(bench.folder).count() == 0
    assert bench.serve(99)[-1] is Outcome.ENROLLED


def test_onlookers_hear_of_every_new_track_after_it_was_shown(bench: Bench) -> None:
    seen: list[tuple[str, bool]] = []

    def look(sighting: Sighting, answer: Answer) -> None:
        seen.append((sighting.value, bench.view().answers[0].answer == answer))

    bench.loop.show(look)

    bench.serve(1, 1, 99)

    assert seen == [(card_of(1), True), (card_of(99), True)]


@pytest.mark.fault
@pytest.mark.covers("BEY-01")
def test_a_journal_deleted_under_the_desk_costs_nobody_an_answer(bench: Bench) -> None:
    bench.serve(1)
    bench.open_desk()
    (bench.folder / journal.FILE).unlink()
    bench.clock.advance(timedelta(minutes=2))

    assert bench.serve(1, 2)[-2:] == [Outcome.SIGNED_OUT, Outcome.SIGNED_IN]
    assert bench.span() == Span(1, 2)


@pytest.mark.fault
@pytest.mark.covers("BEY-01")
def test_a_journal_that_others_cannot_read_is_replaced_and_nobody_forgotten(bench: Bench) -> None:
    bench.serve(1)
    backlog = Backlog(bench.folder)
    backlog.close()

    bench.loop.journal_doubted(backlog.install)
    bench.clock.advance(timedelta(minutes=2))

    assert bench.serve(1)[-1] is Outcome.SIGNED_OUT
    assert bench.span() == Span(1, 1)


@pytest.mark.fault
def test_a_doubt_about_a_journal_that_is_gone_already_costs_nothing(bench: Bench) -> None:
    bench.serve(1)

    bench.loop.journal_doubted(UUID(int=1))

    bench.serve()
    assert bench.span() == Span(1, 1)
    assert list(bench.folder.glob("*.broken-*")) == []


@pytest.mark.fault
def test_a_site_file_made_anew_is_looked_into_at_the_next_tap(bench: Bench) -> None:
    bench.serve(1)
    bench.open_desk()
    (bench.folder / site.FILE).unlink()
    fill(bench.folder, 7)

    assert bench.serve(7)[-1] is Outcome.SIGNED_IN
    assert bench.span() == Span(1, 2)
