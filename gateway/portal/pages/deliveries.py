"""What the ERP was promised: waiting, refused, kept; and one more try."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gateway.erp.queries import syncs
from gateway.errors import Rejected
from gateway.outbox.models import Delivery
from gateway.outbox.services import retry
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.deliveries import delivery_lines, delivery_totals
from gateway.portal.frame import place, show


class NotSetAside(Rejected):
    """The delivery waits or is delivered already."""


@office_page
def deliveries_page(request: HttpRequest, site: str) -> HttpResponse:
    """One state's deliveries; first those that wait for a person."""
    where = place(site)
    totals = delivery_totals()
    first = Delivery.State.SET_ASIDE if totals.set_aside else Delivery.State.WAITING
    state = request.GET.get("state", first)
    state = state if state in Delivery.State.values else first
    context = {
        "totals": totals,
        "state": state,
        "states": [
            (Delivery.State.WAITING.value, totals.waiting),
            (Delivery.State.SET_ASIDE.value, totals.set_aside),
            (Delivery.State.DELIVERED.value, None),
        ],
        "lines": delivery_lines(state),
        "syncs": syncs(where.site.pk),
    }
    return show(request, where, "deliveries.html", here="deliveries", context=context)


@require_POST
@office_page
def retry_one(request: HttpRequest, site: str, delivery_id: int) -> HttpResponse:
    """Ask for one more try."""
    where = place(site)

    def again() -> None:
        if not retry(delivery_id, now=where.now):
            raise NotSetAside(_("This delivery is not set aside any more."))

    done = _("It will be tried again within seconds.")
    return act(request, again, done=done, back="deliveries", at=(site,))


@require_POST
@office_page
def retry_all(request: HttpRequest, site: str) -> HttpResponse:
    """Ask for one more try of everything that was refused."""
    where = place(site)
    refused = Delivery.objects.filter(state=Delivery.State.SET_ASIDE)

    def again() -> None:
        for delivery_id in refused.values_list("pk", flat=True):
            retry(delivery_id, now=where.now)

    done = _("They will be tried again, one after the other.")
    return act(request, again, done=done, back="deliveries", at=(site,))
