"""The API's description: what is answered, and what is answered where something cannot be done."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

ERROR = {
    "title": "Error",
    "description": "Why something was not done: a word for programs, a sentence for people.",
    "type": "object",
    "required": ["error", "message"],
    "properties": {
        "error": {"title": "Error", "type": "string"},
        "message": {"title": "Message", "type": "string"},
        "fields": {
            "title": "Fields",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
"""The one body of all errors; see `errors`."""

ALWAYS = {
    401: "No token, or one that opens nothing",
    403: "This role can never do that",
    503: "Another system is away: try again",
}
WITH_INPUT = {
    404: "What is named does not exist, or not for this login",
    409: "It clashes with what is there",
    422: "It is wrong in itself",
}
WITH_BODY = {400: "The body cannot be read"}


class DocumentedApi(NinjaAPI):
    """An API whose description names every error that its operations can answer."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The description, with the errors."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schema["components"]["schemas"]["Error"] = ERROR
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"] |= _errors_of(operation)
        return schema


def _errors_of(operation: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """Those without input can neither name anything nor be wrong in themselves."""
    told = dict(ALWAYS)
    if operation.get("parameters") or "requestBody" in operation:
        told |= WITH_INPUT
    if "requestBody" in operation:
        told |= WITH_BODY
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        status: {"description": why, "content": content} for status, why in sorted(told.items())
    }
