"""What a person may say about the ERP's registers."""

from datetime import datetime

from gateway.erp.models import Registration


def note_corrected(*, session_id: int, person_id: int, by: str, now: datetime) -> bool:
    """A person has put the entry right in the ERP; False when nothing was to be corrected."""
    listed = Registration.objects.filter(
        session_id=session_id, person_id=person_id, state=Registration.State.CORRECT_IN_ERP
    )
    told = f"corrected in the ERP by {by}"
    return bool(listed.update(state=Registration.State.KEPT, because=told, at=now))
