"""Checking oneself or one's child in, where the branch lets people do so."""

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from gateway.attendance import check_ins
from gateway.attendance.check_in_lines import OpenCheckIn, open_check_ins, spoken_for
from gateway.attendance.check_in_photos import MOST_OCTETS
from gateway.attendance.check_ins import Proof
from gateway.attendance.code_entry import Redeemer
from gateway.attendance.errors import WrongProof
from gateway.attendance.values import Verification
from gateway.errors import Rejected
from gateway.portal.visitors import visitor
from kiosk.protocol.pins import DIGITS


class ProofForm(forms.Form):
    """What one session asks of who checks in: nothing, a PIN, a photo."""

    pin = forms.CharField(
        label=gettext_lazy("Your PIN"),
        max_length=DIGITS,
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"}
        ),
    )
    photo = forms.FileField(
        label=gettext_lazy("A photo of who checks in"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "user"}),
    )

    def __init__(self, line: OpenCheckIn, *args: object, **kwargs: object) -> None:
        """With the fields that the session of the line asks for."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own
        for name, asked in (("pin", Verification.PIN), ("photo", Verification.PHOTO)):
            if asked not in line.asked:
                del self.fields[name]

    def proof(self, address: str) -> Proof:
        """As attendance takes it."""
        photo = self.cleaned_data.get("photo")
        octets = photo.read(MOST_OCTETS + 1) if photo else b""  # what is too large is refused
        return Proof(self.cleaned_data.get("pin", ""), octets, address)


@sensitive_post_parameters("pin")
def check_in_page(request: HttpRequest) -> HttpResponse:
    """The sessions the reader, or a child of theirs, may check in to now."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    who = visitor(request)
    if who is None:
        return render(request, "portal/self_check_in.html", {"nobody": True}, status=403)
    lines = open_check_ins(spoken_for(who.person_id), now=timezone.now())
    if request.method == "POST":
        line = next((each for each in lines if _name(each) == request.POST.get("for")), None)
        _check_in(request, line, who)
        return redirect("portal:check_in")
    places = [
        (line, _hours(line), _name(line), ProofForm(line, auto_id=f"{_name(line)}_%s"))
        for line in lines
    ]
    return render(request, "portal/self_check_in.html", {"places": places})


def _check_in(request: HttpRequest, line: OpenCheckIn | None, who: Redeemer) -> None:
    """Check in, and say what came of it."""
    if line is None:
        return _say(request, _("Nobody can check in there now."), "bad")
    form = ProofForm(line, request.POST, request.FILES)
    if not form.is_valid():
        return _say(request, _("Please fill in everything that is asked."), "bad")
    try:
        check_ins.check_in(
            session_id=line.session_id,
            person_id=line.person_id,
            by=who,
            proof=form.proof(request.META.get("REMOTE_ADDR", "")),
            now=timezone.now(),
        )
    except WrongProof as wrong:
        return _say(request, _(str(wrong)), "bad")
    except Rejected as refusal:
        return _say(request, str(refusal), "bad")
    return _say(request, _("You are checked in; the teacher has to confirm it."), "good")


def _say(request: HttpRequest, text: str, tone: str) -> None:
    messages.add_message(request, messages.INFO, text, extra_tags=tone)


def _hours(line: OpenCheckIn) -> str:
    """From when to when, on the clock of the line's site: there may be several on one page."""
    return f"{line.window.starts_at:%H:%M} – {line.window.ends_at:%H:%M}"


def _name(line: OpenCheckIn) -> str:
    """A name for the form of one line."""
    return f"in-{line.session_id}-{line.person_id}"
