"""The settings tests run with: from here, never from a file of this machine."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

DATA = Path(tempfile.mkdtemp(prefix="muster-tests-"))
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
os.environ.setdefault("MUSTER_SECRET_KEY", "only-for-tests-" + "x" * 32)
os.environ["MUSTER_DATA"] = str(DATA)
os.environ.setdefault("MUSTER_DATABASE", os.environ.get("MUSTER_TEST_DATABASE", ""))
os.environ["MUSTER_CONFIG"] = str(DATA / "none.toml")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.project.settings")
