"""Holds every answer that a story sees to what the gateway's own /openapi.json says: the path is known, the status is
listed, the content type is listed, the body is what its schema says. Hooked into httpx once, so no story can forget.

fastjsonschema makes Python functions of the schemas, which is what keeps this cheap; it knows draft 7, so the one thing
of 2020-12 that our schemas use beyond it (allOf with unevaluatedProperties) is written out first."""
import hashlib
import json
import re
import threading
from urllib.parse import unquote

import fastjsonschema
import httpx

FORMATS = {"uuid": r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z",
           "date-time": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)\Z"}
ERROR = "Error"
MOST_ROWS = 5000


class Broken(AssertionError):
    """The gateway said something that its document does not allow."""


def merged(schema, schemas):
    """An object with the members of those it extends."""
    whole = {"type": "object", "properties": {}, "required": []}
    for part in schema.get("allOf", []):
        part = merged(schemas[part["$ref"].rsplit("/", 1)[1]], schemas) if "$ref" in part else part
        whole["properties"].update(part.get("properties", {}))
        whole["required"] += part.get("required", [])
    whole["properties"].update(schema.get("properties", {}))
    whole["required"] += schema.get("required", [])
    return whole


def draft7(schema, schemas):
    if isinstance(schema, list):
        return [draft7(item, schemas) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "unevaluatedProperties" in schema:
        assert schema["unevaluatedProperties"] is False
        schema = {**merged(schema, schemas), "additionalProperties": False}
    return {key: draft7(value, schemas) for key, value in schema.items()}


def is_read(response):
    """Not so for an answer that its story reads while it comes: of it the status and the headers are looked at."""
    try:
        return response.content is not None
    except httpx.ResponseNotRead:
        return False


def thinned(body):
    """A page of very many rows without most of those in the middle: they are written by one loop."""
    rows = body.get("data") if isinstance(body, dict) else None
    if not isinstance(rows, list) or len(rows) <= MOST_ROWS:
        return body
    step = len(rows) // MOST_ROWS + 1
    return {**body, "data": rows[:1000] + rows[1000:-1000:step] + rows[-1000:]}


class Document:
    """One openapi.json, with its paths ready to be found and its schemas ready to be used."""

    def __init__(self, text):
        self.document = json.loads(text)
        self.schemas = self.document["components"]["schemas"]
        self.flat = draft7(self.schemas, self.schemas)
        self.validators = {}
        self.paths = sorted(((self.pattern(path), item) for path, item in self.document["paths"].items()),
                            key=lambda pair: pair[0].groups)

    @staticmethod
    def pattern(path):
        parts = [r"([^/]+)" if part.startswith("{") else re.escape(part) for part in path.rstrip("/").split("/")]
        return re.compile("/".join(parts) + r"/?\Z")

    def find(self, path):
        """The path item; the one with fewer parameters goes first, as the specification says."""
        path = "/".join(unquote(part).replace("/", "%2F") for part in path.split("/"))
        for pattern, item in self.paths:
            if pattern.match(path):
                return item
        return None

    def validator(self, name):
        if name not in self.validators:
            root = {"$schema": "http://json-schema.org/draft-07/schema#", "components": {"schemas": self.flat},
                    "allOf": [{"$ref": f"#/components/schemas/{name}"}]}
            self.validators[name] = fastjsonschema.compile(root, formats=FORMATS)
        return self.validators[name]

    # ---- one answer ----

    def check(self, method, path, response):
        item = self.find(path)
        if item is None:
            return self.check_error(response, {400, 404}, "no such path")
        operation = item.get("get" if method == "HEAD" else method.lower())
        if operation is None:
            return self.check_other_method(method, response)
        answer = operation["responses"].get(str(response.status_code))
        if answer is None:
            raise Broken(f"{response.status_code} is not listed")
        if method != "HEAD":
            self.check_content(answer.get("content", {}), response)
        return self.check_headers(response)

    def check_other_method(self, method, response):
        if method == "OPTIONS" and response.status_code == 204:
            assert "allow" in response.headers
            return
        self.check_error(response, {405}, "the path has no such method")
        if "allow" not in response.headers:
            raise Broken("405 without the header Allow")

    def check_error(self, response, statuses, why):
        if response.status_code not in statuses:
            raise Broken(f"{response.status_code} although {why}")
        if response.request.method != "HEAD":
            self.check_json(ERROR, response)
        self.check_headers(response)

    def check_content(self, content, response):
        kind = response.headers.get("content-type", "").split(";")[0].strip()
        if not content:
            if not is_read(response) or response.content:
                raise Broken("a body although none is listed")
            return
        if kind not in content:
            raise Broken(f"content type {kind or '(none)'} is not listed")
        reference = content[kind].get("schema", {}).get("$ref")
        if reference and is_read(response):
            self.check_json(reference.rsplit("/", 1)[1], response)

    def check_json(self, name, response):
        try:
            body = json.loads(response.content)
            self.validator(name)(thinned(body))
        except fastjsonschema.JsonSchemaValueException as error:
            raise Broken(f"the body is no {name}: {error.message}") from None
        except ValueError as error:
            raise Broken(f"the body is not JSON: {error}") from None
        if name == ERROR and body["request_id"] != response.headers.get("x-request-id"):
            raise Broken("request_id is not what the header X-Request-Id says")
        if name == ERROR and body["code"] == "validation.failed" and "errors" not in body:
            raise Broken("validation.failed without errors")

    @staticmethod
    def check_headers(response):
        if "x-request-id" not in response.headers:
            raise Broken("no header X-Request-Id")
        if response.status_code == 401 and "www-authenticate" not in response.headers:
            raise Broken("401 without the header WWW-Authenticate")


_documents = {}  # by digest: gateways of one configuration share theirs
_gateways = {}   # by host and port
broken = []      # what threads of a story found, which may keep it to themselves


def hold(url):
    """From now on every answer of the gateway at this URL is checked."""
    text = _send(httpx.Client(), httpx.Request("GET", f"{url}/openapi.json")).content
    # where the gateway listens is all that differs between gateways of one configuration
    digest = hashlib.sha256(re.sub(rb'"servers":\[.*?\]', b"", text)).digest()
    if digest not in _documents:
        _documents[digest] = Document(text)
    _gateways[httpx.URL(url).netloc] = _documents[digest]
    return _documents[digest]


def check(response):
    document = _gateways.get(response.url.netloc)
    if not document:
        return
    path = response.url.raw_path.split(b"?")[0].decode()
    try:
        document.check(response.request.method, path, response)
    except Broken as error:
        text = f"{response.request.method} {path} answered {response.status_code}, against openapi.json: {error}"
        if threading.current_thread() is not threading.main_thread():
            broken.append(text)
        raise Broken(f"{text}\n{response.text[:2000] if is_read(response) else ''}") from None


_send, _send_async = httpx.Client.send, httpx.AsyncClient.send


def _checked(self, request, *, stream=False, **more):
    response = _send(self, request, stream=stream, **more)
    check(response)
    return response


async def _checked_async(self, request, *, stream=False, **more):
    response = await _send_async(self, request, stream=stream, **more)
    check(response)
    return response


httpx.Client.send, httpx.AsyncClient.send = _checked, _checked_async
