"""Django's settings for tools that read the code without running tests."""

import tests.environment  # noqa: F401 - sets the environment first
from gateway.project.settings import *  # noqa: F403
