"""The addresses of the pages."""

from datetime import date

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.views.i18n import set_language

from gateway.portal.pages import (
    absence,
    attend,
    badges,
    board,
    check_ins,
    days,
    deliveries,
    enrolling,
    evacuation,
    faces,
    kiosks,
    lessons,
    lines,
    login,
    messages,
    person_attendance,
    phone,
    photos,
    pins,
    policy,
    roll_acts,
    self_check_in,
    session_codes,
    session_life,
    sessions,
    students,
    tablet,
    tablets,
)


class IsoDate:
    """A date in an address, such as 2026-11-23."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """Raises ValueError, which means "no such page", for a date there is not."""
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        """The date as it is written in addresses."""
        return str(value)


register_converter(IsoDate, "date")

app_name = "portal"

of_a_site: list[URLPattern | URLResolver] = [
    path("", board.board, name="board"),
    path("days/", days.status, name="status"),
    path("days/<date:day>/", days.day_page, name="day"),
    path("people/", students.students_page, name="students"),
    path("people/<int:person_id>/<date:day>/", days.person_page, name="person"),
    path(
        "people/<int:person_id>/attendance/",
        person_attendance.attendance_page,
        name="person_attendance",
    ),
    path("badges/", badges.badges_page, name="badges"),
    path("people/<int:person_id>/badges/", badges.person_badges, name="person_badges"),
    path("people/<int:person_id>/badges/give/", badges.give, name="give_badge"),
    path("people/<int:person_id>/badges/phone/", badges.phone_link, name="phone_link"),
    path("people/<int:person_id>/badges/<int:serial>/revoke/", badges.revoke, name="revoke_badge"),
    path(
        "people/<int:person_id>/badges/<int:serial>/badge.<str:kind>",
        badges.picture,
        name="badge_picture",
    ),
    path("people/<int:person_id>/pin/", pins.pin_page, name="pin"),
    path("people/<int:person_id>/pin/clear/", pins.clear_pin, name="clear_pin"),
    path("faces/", faces.faces_page, name="faces"),
    path("faces/<uuid:track_id>/seen/", faces.mismatch_seen, name="mismatch_seen"),
    path("people/<int:person_id>/face/", faces.person_face, name="person_face"),
    path("people/<int:person_id>/face/measure/", faces.measure, name="measure_face"),
    path(
        "people/<int:person_id>/face/<int:consent_id>/withdraw/",
        faces.withdraw,
        name="withdraw_consent",
    ),
    path("people/<int:person_id>/card/", enrolling.enrol_card, name="enrol_card"),
    path("enrolments/<uuid:enrolment_id>/", enrolling.enrolment_page, name="enrolment"),
    path("enrolments/<uuid:enrolment_id>/cancel/", enrolling.cancel, name="cancel_enrolment"),
    path("cards/<slug:card>/", students.assign_page, name="assign"),
    path("sessions/<int:session_id>/", sessions.session_page, name="session"),
    path("sessions/<int:session_id>/<int:person_id>/", sessions.mark_page, name="mark"),
    path("sessions/<int:session_id>/code/", session_codes.code_page, name="session_code"),
    path("sessions/<int:session_id>/code/print/", session_codes.printed_page, name="printed_code"),
    path(
        "sessions/<int:session_id>/check-ins/",
        check_ins.session_check_ins,
        name="session_check_ins",
    ),
    path("check-ins/", check_ins.check_ins_page, name="check_ins"),
    path("check-ins/<int:check_in_id>/confirm/", check_ins.confirm, name="confirm_check_in"),
    path("check-ins/<int:check_in_id>/refuse/", check_ins.refuse, name="refuse_check_in"),
    path("check-ins/<int:check_in_id>/photo/", check_ins.photo, name="check_in_photo"),
    path("shared-phones/<int:shared_id>/seen/", check_ins.phone_seen, name="phone_seen"),
    path("sessions/", lessons.sessions_page, name="sessions"),
    path("sessions/<int:session_id>/roll.<str:kind>", lessons.export, name="export_roll"),
    path("sessions/<int:session_id>/say/", roll_acts.say, name="say"),
    path("sessions/<int:session_id>/all/", roll_acts.say_all, name="say_all"),
    path("sessions/<int:session_id>/undo/", roll_acts.undo, name="undo_roll"),
    path("sessions/<int:session_id>/submit/", roll_acts.submit, name="submit_roll"),
    path("sessions/<int:session_id>/activate/", roll_acts.activate, name="activate_session"),
    path("sessions/<int:session_id>/end/", session_life.end_page, name="end_session"),
    path("sessions/<int:session_id>/reopen/", session_life.reopen_page, name="reopen_session"),
    path("sessions/<int:session_id>/cancel/", session_life.cancel_page, name="cancel_session"),
    path("sessions/<int:session_id>/unlock/", session_life.unlock_page, name="unlock_roll"),
    path("absence/", absence.absence_page, name="absence"),
    path("absence/run/", absence.run_now, name="run_absence"),
    path("holds/<int:hold_id>/", absence.hold_page, name="hold"),
    path("kiosks/", kiosks.kiosks_page, name="kiosks"),
    path("kiosks/options/", kiosks.options_page, name="kiosk_options"),
    path("kiosks/<slug:kiosk_id>/out/", kiosks.out_of_service, name="kiosk_out"),
    path("kiosks/<slug:kiosk_id>/in/", kiosks.back_in_service, name="kiosk_in"),
    path("tablets/", tablets.tablets_page, name="tablets"),
    path("tablets/<slug:kiosk_id>/code/", tablets.code_page, name="tablet_code"),
    path("tablets/<slug:kiosk_id>/revoke/", tablets.revoke, name="tablet_revoke"),
    path("deliveries/", deliveries.deliveries_page, name="deliveries"),
    path("deliveries/retry/", deliveries.retry_all, name="retry_all"),
    path("deliveries/<int:delivery_id>/retry/", deliveries.retry_one, name="retry"),
    path("set-aside/", messages.set_aside_page, name="set_aside"),
    path("set-aside/<int:message_id>/", messages.message_page, name="message"),
    path("set-aside/<int:message_id>/settle/", messages.settle_one, name="settle"),
    path("differences/<uuid:track_id>/seen/", lines.difference_seen, name="difference_seen"),
    path("corrections/<int:session_id>/<int:person_id>/", lines.corrected, name="corrected"),
    path("photos/<uuid:track_id>/", photos.photo, name="photo"),
    path("evacuation/", evacuation.evacuation_page, name="evacuation"),
    path("evacuation/list/", evacuation.list_page, name="evacuation_list"),
    path("evacuation/raise/", evacuation.raise_it, name="raise_alarm"),
    path("evacuation/tick/", evacuation.tick_person, name="tick"),
    path("evacuation/end/", evacuation.end_page, name="end_alarm"),
    path("settings/", policy.policy_page, name="policy"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", board.home, name="home"),
    path("login", login.Login.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("language", set_language, name="set_language"),
    path("badge/<str:secret>/", phone.phone_page, name="phone"),
    path("attend/<int:session_id>/", attend.attend, name="attend"),
    path("attend/<int:session_id>/<str:code>", attend.scanned, name="scanned"),
    path("attend/<int:session_id>/<str:code>/", attend.scanned, name="scanned_too"),
    path("check-in/", self_check_in.check_in_page, name="check_in"),
    path("tablet", tablet.page, name="tablet"),
    path("tablet/pair", tablet.pair, name="tablet_pair"),
    path("tablet/state", tablet.state, name="tablet_state"),
    path("tablet/frame", tablet.frame, name="tablet_frame"),
    path("tablet/typed", tablet.number, name="tablet_typed"),
    path("site", board.choose_site, name="choose_site"),
    path("s/<slug:site>/", include(of_a_site)),
]
