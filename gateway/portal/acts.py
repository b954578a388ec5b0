"""How a page does something: the deed, its answer in words, and the page to return to."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from gateway.errors import Rejected
from gateway.portal.words import Word


def act(
    request: HttpRequest,
    deed: Callable[[], object],
    *,
    done: Word,
    back: str,
    at: tuple[object, ...],
) -> HttpResponse:
    """Do it, say that it is done or why it was refused, and go on to the page `back`."""
    try:
        deed()
    except Rejected as refusal:
        messages.add_message(request, messages.ERROR, str(refusal), extra_tags="bad")
    else:
        messages.add_message(request, messages.SUCCESS, str(done), extra_tags="good")
    return redirect(f"portal:{back}", *at)
