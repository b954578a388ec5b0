"""Who may do what with the API: one line an operation, one column a caller.

A column says what is answered: + the caller may, 3 forbidden to that role, 4 not there for this
caller, 1 log in first.
"""

from typing import Final

COLUMNS: Final = (
    "admin",
    "office",
    "teacher",
    "another teacher",
    "guardian",
    "another guardian",
    "student",
    "another student",
    "nobody",
)
"""In the order of the signs; the teacher, guardian and student are those of the session."""

_LINES: Final = """
++++++++1  GET /me
+33333331  GET /tokens
+33333331  DELETE /tokens/{token_id}
++3333331  GET /people
++3333331  POST /people
++3333331  GET /people/{person_id}
++3333331  PATCH /people/{person_id}
++3333331  POST /people/{person_id}/deactivate
++3333331  POST /people/{person_id}/reactivate
++3333331  POST /people/{person_id}/credentials
++3333331  PUT /people/{person_id}/pin
++3333331  DELETE /people/{person_id}/pin
++3333331  GET /credentials
++3333331  POST /credentials/block
++3333331  POST /credentials/unblock
++3333331  POST /credentials/remove
++3333331  GET /enrolments
++3333331  POST /enrolments
++3333331  POST /people/{person_id}/leave
+++4+4+41  GET /people/{person_id}/attendance
++3333331  GET /people/{person_id}/guardians
++3333331  PUT /people/{person_id}/guardians/{guardian_id}
++3333331  DELETE /people/{person_id}/guardians/{guardian_id}
++3333331  POST /people/{person_id}/enrol-card
++3333331  GET /kiosk-enrolments/{enrolment_id}
++3333331  POST /kiosk-enrolments/{enrolment_id}/cancel
++3333331  GET /faces
++3333331  GET /faces/mismatches
++3333331  POST /faces/mismatches/{track_id}/seen
++3333331  POST /people/{person_id}/face-consents
++3333331  POST /face-consents/{consent_id}/withdraw
++3333331  POST /people/{person_id}/enrol-face
++3333331  GET /sites
++3333331  POST /sites
++3333331  GET /divisions
++3333331  POST /divisions
++3333331  GET /year-groups
++3333331  POST /year-groups
++3333331  GET /school-days
++3333331  GET /terms
++3333331  POST /terms
++3333331  DELETE /terms/{term_id}
++3333331  GET /closures
++3333331  POST /closures
++3333331  DELETE /closures/{closure_id}
++3333331  GET /open-days
++3333331  POST /open-days
++3333331  DELETE /open-days/{open_day_id}
++3333331  GET /registration-periods
++3333331  POST /registration-periods
++3333331  DELETE /registration-periods/{period_id}
++3333331  GET /tracks
++3333331  GET /tracks/{track_id}
++3333331  GET /presence
++3333331  GET /people/{person_id}/presence
++3333331  GET /people/{person_id}/day
++3333331  GET /day
++3333331  GET /day/people
++3333331  GET /differences
++3333331  POST /differences/{track_id}/seen
++3333331  GET /unknown-credentials
++3333331  GET /subjects
++3333331  POST /subjects
++3333331  GET /grade-levels
++3333331  POST /grade-levels
++3333331  GET /courses
++3333331  POST /courses
++3333331  GET /rooms
++3333331  POST /rooms
++3333331  GET /offerings
++3333331  POST /offerings
++3333331  GET /offerings/{offering_id}
++3333331  PUT /offerings/{offering_id}
++3333331  POST /offerings/{offering_id}/archive
++3333331  PUT /offerings/{offering_id}/judging
++3333331  GET /sites/{site}/judging
++3333331  PUT /sites/{site}/judging
++3333331  GET /offerings/{offering_id}/instances
++3333331  GET /offerings/{offering_id}/slots
++3333331  POST /offerings/{offering_id}/slots
++3333331  PUT /slots/{slot_id}
++3333331  DELETE /slots/{slot_id}
++3333331  GET /offerings/{offering_id}/teachings
++3333331  POST /offerings/{offering_id}/teachings
++3333331  POST /teachings/{teaching_id}/end
++33+4+41  GET /people/{person_id}/offerings
++33+4+41  GET /offerings/{offering_id}/members/{person_id}/instances
++3333331  PUT /offerings/{offering_id}/members/{person_id}
++3333331  POST /offerings/{offering_id}/members/{person_id}/standing
++3333331  POST /offerings/{offering_id}/members/{person_id}/end
++3333331  POST /offerings/{offering_id}/members/{person_id}/transfer
++++33331  GET /sessions
++3333331  POST /sessions
++3333331  POST /sessions/lay
+++433331  GET /sessions/{session_id}
+++433331  POST /sessions/{session_id}/activate
+++433331  GET /sessions/{session_id}/ending
+++433331  POST /sessions/{session_id}/complete
+33433331  POST /sessions/{session_id}/reopen
+++433331  POST /sessions/{session_id}/cancel
+++433331  POST /sessions/{session_id}/submit
+33433331  POST /sessions/{session_id}/unlock
++3333331  POST /class-sessions
++3333331  POST /class-sessions/proposal
++3333331  POST /class-sessions/lay-ahead
++3333331  POST /sessions/{session_id}/move
++3333331  PUT /sessions/{session_id}/title
++3333331  PUT /sessions/{session_id}/overrides
++3333331  PUT /sessions/{session_id}/substitutes/{person_id}
++3333331  DELETE /sessions/{session_id}/substitutes/{person_id}
+++433331  GET /sessions/{session_id}/marks
+++433331  POST /sessions/{session_id}/marks
+++433331  POST /sessions/{session_id}/mark-all
+++433331  POST /sessions/{session_id}/copy-previous
+++433331  GET /sessions/{session_id}/acts
+++433331  POST /sessions/{session_id}/undo
+++433331  GET /sessions/{session_id}/marks/{person_id}
+++433331  PUT /sessions/{session_id}/marks/{person_id}
+++433331  DELETE /sessions/{session_id}/marks/{person_id}
+++433331  PUT /sessions/{session_id}/marks/{person_id}/note
+++433331  PUT /sessions/{session_id}/marks/{person_id}/arrival
+++433331  GET /sessions/{session_id}/bookings
++3433331  POST /sessions/{session_id}/bookings
+++433331  GET /sessions/{session_id}/places
++3433331  DELETE /sessions/{session_id}/bookings/{person_id}
++3433331  PUT /sessions/{session_id}/capacity
+++433331  GET /sessions/{session_id}/candidates
+++433331  POST /sessions/{session_id}/walk-ins
+++433331  POST /sessions/{session_id}/temporary-people
++3333331  POST /people/{person_id}/merge
++3333331  GET /excuses
++3333331  GET /certificates-due
++33+4+41  GET /people/{person_id}/excuses
++33+4+41  POST /people/{person_id}/excuses
++3333331  POST /people/{person_id}/excuses/grant
+++433331  POST /sessions/{session_id}/marks/{person_id}/excuse
++3333331  POST /excuses/{excuse_id}/approve
++3333331  POST /excuses/{excuse_id}/refuse
++44+4341  POST /excuses/{excuse_id}/withdraw
++33+4+41  POST /excuses/{excuse_id}/certificates
++33+4+41  GET /certificates/{certificate_id}
+++433331  GET /sessions/{session_id}/code
+++433331  GET /sessions/{session_id}/check-ins
++++33331  GET /check-ins
+++433331  POST /check-ins/{check_in_id}/confirm
+++433331  POST /check-ins/{check_in_id}/refuse
+++433331  GET /check-ins/{check_in_id}/photo
++++33331  GET /shared-phones
+++433331  POST /shared-phones/{shared_id}/seen
++33+4+41  GET /people/{person_id}/open-check-ins
3333+4+41  POST /sessions/{session_id}/self-check-ins
333344+41  POST /sessions/{session_id}/code-check-ins
++33+4+41  GET /people/{person_id}/tally
++33+4+41  GET /people/{person_id}/lates
++33+4+41  GET /people/{person_id}/lateness
++++33331  GET /rolls-due
+++433331  GET /sessions/{session_id}/export
++3333331  GET /people/{person_id}/flags
++3333331  POST /people/{person_id}/flags
++3333331  DELETE /flags/{flag_id}
++44+4+41  GET /people/{person_id}/notices
++44+4+41  POST /people/{person_id}/notices/{notice_id}/seen
++++33331  GET /profiles
++++33331  GET /profiles/{name}
++3333331  GET /tracks/{track_id}/photo
++3333331  GET /evacuation
++3333331  POST /evacuation
++3333331  POST /evacuation/ticks
++3333331  POST /evacuation/end
++3333331  GET /policy
++3333331  PATCH /policy
++3333331  GET /sessions/{session_id}/absence
++3333331  POST /absence/run
++3333331  GET /holds
++3333331  POST /holds/{hold_id}/release
++3333331  GET /kiosks
++3333331  POST /kiosks
++3333331  GET /kiosks/{kiosk_id}
++3333331  POST /kiosks/{kiosk_id}/password
++3333331  POST /kiosks/{kiosk_id}/take-out-of-service
++3333331  POST /kiosks/{kiosk_id}/put-in-service
++3333331  GET /kiosk-options
+33333331  PATCH /kiosk-options
++3333331  GET /deliveries
++3333331  GET /deliveries/{delivery_id}
++3333331  POST /deliveries/{delivery_id}/retry
++3333331  GET /set-aside
++3333331  POST /set-aside/{message_id}/settle
++3333331  GET /erp/registrations
++3333331  GET /erp/codes
++3333331  GET /erp/synchronisations
"""

TABLE: Final = {
    operation: signs
    for signs, operation in (line.split(maxsplit=1) for line in _LINES.split("\n") if line)
}
"""The signs of each operation."""
