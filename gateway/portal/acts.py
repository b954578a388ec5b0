"""How a page does something: the deed, its answer in words, and the page to return to."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from gateway.errors import Rejected
from gateway.portal.words import Word


def act(
    request: HttpRequest,
    deed: Callable[[], object],
    *,
    done: Word,
    back: str,
    at: tuple[object, ...],
    part: str = "",
) -> HttpResponse:
    """Do it, say that it is done or why it was refused, and go on to the page `back`.

    `part` names the element of the page to go to.
    """
    try:
        deed()
    except Rejected as refusal:
        messages.add_message(request, messages.ERROR, str(refusal), extra_tags="bad")
    else:
        messages.add_message(request, messages.SUCCESS, str(done), extra_tags="good")
    address = reverse(f"portal:{back}", args=at)
    return redirect(f"{address}#{part}" if part else address)
