"""Which absence codes automatic absence may rely on."""

from django.conf import settings

from gateway.erp.queries import absence_codes


def known_codes() -> frozenset[str] | None:
    """The codes of the ERP's dictionary; None where no ERP is connected."""
    return absence_codes() if settings.ERP_CONNECTED else None
