"""Logging in, with a pause for whoever keeps guessing."""

import hashlib
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

MOST_GUESSES = 10
PAUSE_S = 600
"""Each process counts for itself, so several web workers allow as many times more."""


class Login(LoginView):
    """Django's own login; ten wrong passwords for one name from one place make it rest."""

    template_name = "portal/login.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - Django's
        """Check the password, unless too many were wrong lately."""
        if cache.get(_guesses_of(request), 0) >= MOST_GUESSES:
            page = self.get_context_data(form=AuthenticationForm(request), resting=True)
            return self.render_to_response(page, status=429)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Count the wrong password."""
        name = _guesses_of(self.request)
        cache.add(name, 0, PAUSE_S)
        cache.incr(name)
        return super().form_invalid(form)


def _guesses_of(request: HttpRequest) -> str:
    username = request.POST.get("username", "").strip().casefold()
    who = f"{username} {request.META.get('REMOTE_ADDR', '')}"
    return "guesses-" + hashlib.sha256(who.encode()).hexdigest()
