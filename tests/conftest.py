"""What every test stands on: settings from the environment, never from a file of this machine."""

import os
import tempfile
from pathlib import Path

_data = Path(tempfile.mkdtemp(prefix="muster-tests-"))
os.environ.setdefault("MUSTER_SECRET_KEY", "only-for-tests-" + "x" * 32)
os.environ.setdefault("MUSTER_DATA", str(_data))
os.environ.setdefault("MUSTER_DATABASE", os.environ.get("MUSTER_TEST_DATABASE", ""))
os.environ["MUSTER_CONFIG"] = str(_data / "none.toml")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.project.settings")
