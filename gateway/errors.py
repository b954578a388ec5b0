"""The two branches of every error the gateway raises on purpose."""


class GatewayError(Exception):
    """Base of every error the gateway raises on purpose."""


class Rejected(GatewayError):
    """The input is wrong and stays wrong: set it aside for a person, never retry."""


class Unavailable(GatewayError):
    """The other side is away: keep the work and try again later."""
