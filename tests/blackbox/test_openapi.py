"""/openapi.json and /docs: the document is what OpenAPI 3.1 says, and says what the gateway does."""
import re

import httpx
import jsonschema
import pytest

import contract
from client import Client
from harness import Gateway

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document(gateway):
    return httpx.get(f"{gateway.url}/openapi.json").json()


def operations(document):
    return [(path, method, item[method]) for path, item in document["paths"].items() for method in METHODS & set(item)]


# ---- OpenAPI 3.1, as far as this document goes: every object has its members and no others ----

def ref(name):
    return {"$ref": f"#/$defs/{name}"}


def obj(properties, required=(), **more):
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False, **more}


def each(schema):
    return {"type": "object", "additionalProperties": schema}


TEXT, FLAG = {"type": "string"}, {"type": "boolean"}
SCHEMA = {"type": "object"}  # looked at by themselves, below
OPENAPI = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **obj({"openapi": {"const": "3.1.0"}, "info": ref("info"), "servers": {"type": "array", "minItems": 1, "items": ref("server")},
           "paths": {"type": "object", "patternProperties": {"^/": ref("path")}, "additionalProperties": False},
           "components": ref("components")}, ["openapi", "info", "paths", "components"]),
    "$defs": {
        "info": obj({"title": TEXT, "version": TEXT, "description": TEXT,
                     "license": obj({"name": TEXT, "identifier": TEXT}, ["name"])}, ["title", "version"]),
        "server": obj({"url": {"type": "string", "minLength": 1}}, ["url"]),
        "path": {"type": "object", "minProperties": 1, "additionalProperties": False,
                 "properties": {method: ref("operation") for method in METHODS}},
        "operation": obj({"tags": {"type": "array", "items": TEXT, "minItems": 1}, "summary": {"type": "string", "minLength": 5},
                          "operationId": {"type": "string", "pattern": "^[a-z0-9_]+$"},
                          "security": {"type": "array", "items": {"type": "object", "minProperties": 1, "maxProperties": 1,
                                                                  "additionalProperties": {"type": "array", "items": TEXT}}},
                          "parameters": {"type": "array", "items": ref("parameter")}, "requestBody": ref("body"),
                          "responses": {"type": "object", "minProperties": 1, "additionalProperties": False,
                                        "patternProperties": {"^[1-5][0-9][0-9]$": ref("response")}}},
                         ["tags", "summary", "operationId", "security", "parameters", "responses"]),
        "parameter": obj({"name": TEXT, "in": {"enum": ["path", "query"]}, "required": FLAG, "description": TEXT, "schema": SCHEMA,
                          "style": {"const": "form"}, "explode": FLAG, "example": {}}, ["name", "in", "required", "schema"],
                         **{"if": {"properties": {"in": {"const": "path"}}},
                            "then": {"properties": {"required": {"const": True}}}}),
        "body": obj({"required": FLAG, "content": {**each(ref("media")), "minProperties": 1}}, ["content"]),
        "response": obj({"description": {"type": "string", "minLength": 3}, "content": {**each(ref("media")), "minProperties": 1}},
                        ["description"]),
        "media": obj({"schema": SCHEMA}),
        "components": obj({"schemas": {**each(SCHEMA), "propertyNames": {"pattern": "^[A-Za-z0-9._-]+$"}},
                           "securitySchemes": each(ref("scheme"))}, ["schemas", "securitySchemes"]),
        "scheme": {"oneOf": [
            obj({"type": {"const": "apiKey"}, "in": {"enum": ["header", "query", "cookie"]}, "name": TEXT, "description": TEXT},
                ["type", "in", "name"]),
            obj({"type": {"const": "http"}, "scheme": {"const": "bearer"}, "bearerFormat": TEXT, "description": TEXT},
                ["type", "scheme"])]},
    }}


def test_the_document_is_openapi(document):
    jsonschema.Draft202012Validator.check_schema(OPENAPI)
    jsonschema.Draft202012Validator(OPENAPI).validate(document)


def schemas_in(value, where=""):
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from schemas_in(item, f"{where}/{i}")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "schema":
                yield f"{where}/schema", item
            else:
                yield from schemas_in(item, f"{where}/{key}")


def test_every_schema_is_json_schema(document):
    found = list(schemas_in(document["paths"])) + list(document["components"]["schemas"].items())
    assert len(found) > 200
    for where, schema in found:
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            pytest.fail(f"{where}: {error.message}")


def strict(schema):
    """Whether a member that nobody wrote down would be found."""
    return schema.get("additionalProperties") is not None or schema.get("unevaluatedProperties") is False


def test_what_is_answered_is_described_strictly(document):
    """Objects of answers say all their members; those that others extend are closed by these."""
    schemas = document["components"]["schemas"]
    taken = {r for _, _, o in operations(document) if "requestBody" in o
             for r in re.findall(r'schemas/(\w+)"', str(o["requestBody"]).replace("'", '"'))}
    extended = {part["$ref"].rsplit("/", 1)[1] for schema in schemas.values() for part in schema.get("allOf", [])}
    loose = [name for name, schema in schemas.items()
             if (schema.get("type") == "object" or "allOf" in schema) and not strict(schema)]
    assert set(loose) <= taken | extended | {"OpenAPI"}, set(loose) - taken - extended


def test_every_operation_says_what_it_answers(document):
    for path, method, operation in operations(document):
        good = [status for status in operation["responses"] if status < "400"]
        assert good, f"{method} {path}"
        for status in good:
            assert status in ("204", "303", "304") or operation["responses"][status].get("content"), f"{method} {path} {status}"


def test_ids_are_unique_and_parameters_are_those_of_the_path(document):
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for path, method, operation in operations(document):
        names = [p["name"] for p in operation["parameters"]]
        assert len(names) == len(set(names)), f"{method} {path}"
        assert {p["name"] for p in operation["parameters"] if p["in"] == "path"} == set(re.findall(r"{(\w+)}", path)), path


def test_providers_have_their_own_sync(document):
    general = document["paths"]["/api/v1/providers/{provider}/users/{user_id}/sync"]["post"]
    provider, = [p for p in general["parameters"] if p["name"] == "provider"]
    assert sorted(provider["schema"]["enum"]) == ["garmin", "polar", "suunto"]
    named = {p: {q["name"]: q for q in document["paths"][f"/api/v1/providers/{p}/users/{{user_id}}/sync"]["post"]["parameters"]}
             for p in provider["schema"]["enum"]}
    assert named["garmin"]["summary_start_time"]["required"] and named["garmin"]["summary_end_time"]["required"]
    assert named["suunto"]["since"]["required"] and not named["suunto"]["limit"]["required"]
    assert {"samples", "zones", "route"} <= set(named["polar"]) and all("data_type" in p for p in named.values())


# ---- what the document says is what happens ----

def test_who_may_call_is_as_written(gateway, document):
    """Nobody's call is 401 where the document asks for credentials, and nowhere else for want of them."""
    someone = Client(gateway).user()
    for path, method, operation in operations(document):
        if path.startswith("/docs/") or "{provider}/webhooks" in path or "/callback" in path:
            continue
        url = re.sub(r"{\w+_id}", someone, path).replace("{provider}", "polar")
        answer = httpx.request(method, gateway.url + re.sub(r"{\w+}", "x", url), timeout=30)
        if operation["security"]:
            assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
        elif answer.status_code == 401:
            assert "401" in operation["responses"], f"{method} {path}"


def test_required_parameters_are_required_and_ranges_are_ranges(gateway, document):
    api = Client(gateway)
    someone = api.user()
    checked = 0
    for path, method, operation in operations(document):
        if method != "get" or not operation["security"] or {"apiKey": ["read"]} not in operation["security"]:
            continue
        url = re.sub(r"{\w+_id}", someone, path).replace("{provider}", "polar")
        queries = [p for p in operation["parameters"] if p["in"] == "query"]
        if any(p["required"] for p in queries):
            assert api.http.get(url).status_code == 422, path
        for p in queries:
            for bad in ({"minimum": -1, "maximum": 1} if p["schema"].get("type") == "integer" else {}).items():
                if bad[0] in p["schema"]:
                    answer = api.http.get(url, params={p["name"]: p["schema"][bad[0]] + bad[1]})
                    assert answer.status_code == 422, f"{path}?{p['name']}"
                    assert p["name"] in {e["field"] for e in answer.json()["errors"]}, f"{path}?{p['name']}"
                    checked += 1
    assert checked > 10


def test_it_may_be_kept_and_asked_for_again(gateway):
    for path in ("/openapi.json", "/docs", "/docs/style.css", "/docs/script.js"):
        first = httpx.get(gateway.url + path)
        assert first.status_code == 200 and first.headers["cache-control"] == "no-cache"
        again = httpx.get(gateway.url + path, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304 and not again.content and again.headers["etag"] == first.headers["etag"]
        assert httpx.get(gateway.url + path, headers={"If-None-Match": '"x"'}).content == first.content
    assert httpx.get(gateway.url + "/docs/nothing.js").status_code == 404


def test_the_page_names_no_other_host(gateway):
    page = httpx.get(gateway.url + "/docs")
    assert page.headers["content-type"].startswith("text/html")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'" and policy["connect-src"] == "'self'"
    for path in ("/docs", "/docs/style.css", "/docs/script.js"):
        assert "://" not in httpx.get(gateway.url + path).text, path


# ---- the check itself ----

@pytest.mark.parametrize("change", [
    lambda body: body.update(surprise=1), lambda body: body.pop("email"), lambda body: body.update(id="x"),
    lambda body: body.update(created_at="yesterday"), lambda body: body.update(has_active_connection="no")])
def test_an_answer_that_is_not_as_written_is_found(gateway, change):
    document = contract.hold(gateway.url)
    body = {"id": "176be8de-8452-4eb7-a7ea-147fec925d9d", "email": None, "external_user_id": None,
            "created_at": "2025-01-15T10:30:00Z", "updated_at": "2025-01-15T10:30:00Z", "first_name": None, "last_name": None,
            "time_zone": None, "birth_date": None, "sex": None, "last_synced_at": None, "last_synced_provider": None,
            "has_active_connection": False}
    path = "/api/v1/users/176be8de-8452-4eb7-a7ea-147fec925d9d"

    def answer(body, status=200):
        return httpx.Response(status, json=body, headers={"X-Request-Id": "r"}, request=httpx.Request("GET", gateway.url + path))
    document.check("GET", path, answer(body))
    with pytest.raises(contract.Broken):
        document.check("GET", path, answer(body, 202))
    change(body)
    with pytest.raises(contract.Broken):
        document.check("GET", path, answer(body))
