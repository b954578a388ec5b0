"""What can go wrong with a device, named for what its user does next."""


class DriverError(Exception):
    """Base of every error a driver raises on purpose."""


class DeviceAway(DriverError):
    """The device does not answer: say so once, try again later, go on without it."""


class DeviceMisread(DriverError):
    """One reading was spoilt: ask again, the device itself is well."""
