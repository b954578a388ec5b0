"""How large what somebody sends may be before anything of it is kept on the disk."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MOST_OCTETS = 16 * 2**20
"""More than any file that is taken, with the fields around it."""


class Limited(FileUploadHandler):
    """Django's upload handler that refuses a form before it reads one that is too large."""

    def handle_raw_input(
        self,
        input_data: Any,  # noqa: ANN401, ARG002 - Django's
        META: Any,  # noqa: ANN401, ARG002, N803 - Django's
        content_length: int,
        *_: object,
        **__: object,
    ) -> None:
        """Raises RequestDataTooBig, which is answered with 400."""
        if content_length > MOST_OCTETS:
            raise RequestDataTooBig(f"a form has at most {MOST_OCTETS} octets")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 - Django's
        """Hand it on to the handlers that keep it."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Nothing: others have kept it."""
