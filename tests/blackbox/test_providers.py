"""Providers exist because the configuration names them; adding one is a file and a section."""
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
import os

from client import Client
from harness import BIN, PLUGINS, Gateway, eventually, own_dir

TOY = Path(os.environ["AORTA_SOURCE"]) / "tests" / "plugins" / "toy"


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def test_a_provider_that_is_not_named_does_not_exist(simulator):
    folder = own_dir("aorta-plugins-")
    for name in ("polar.so", "garmin.so"):
        shutil.copy(PLUGINS / name, folder / name)
        (folder / name).chmod(0o755)
    (folder / "garmin.so").write_bytes(b"this would be refused loudly if anybody opened it")
    gateway = Gateway(simulator, providers=("polar",), plugins=folder)
    api = Client(gateway)
    user = api.user()
    assert [p["id"] for p in api.get("/providers").json()] == ["polar"]
    assert api.sync("garmin", user).status_code == 404
    assert api.get("/oauth/garmin/authorize", user_id=user).status_code == 404
    assert "garmin.so" not in gateway.log_text()
    api.connect("polar", user, "person-61")
    assert api.synced("polar", user)["success"]
    gateway.clean_stop()


def test_a_provider_that_cannot_be_loaded_is_reported_and_the_rest_works(simulator):
    folder = own_dir("aorta-plugins-")
    shutil.copy(PLUGINS / "polar.so", folder / "polar.so")
    (folder / "polar.so").chmod(0o755)
    (folder / "suunto.so").write_bytes(b"not a shared object")
    gateway = Gateway(simulator, providers=("polar", "suunto"), plugins=folder)
    api = Client(gateway)
    shown = {p["id"]: p for p in api.get("/providers").json()}
    assert shown["polar"]["state"] == "ready"
    assert shown["suunto"]["state"] != "ready" and "suunto.so" in shown["suunto"]["reason"]
    user = api.user()
    answer = api.sync("suunto", user, since=1736899200)
    assert answer.status_code == 503 and answer.json()["detail"]
    api.connect("polar", user, "person-62")
    assert api.synced("polar", user)["success"]
    gateway.clean_stop()


def test_a_toy_provider_built_outside_the_tree(simulator):
    """Built by one compiler line from the installed headers; the program's checksum does not change."""
    before = digest(BIN / "aorta")
    folder = own_dir("aorta-toy-")
    folder.chmod(0o755)
    shutil.copytree(TOY.parents[2] / "plugin-api" / "include", folder / "include")
    so = folder / "toy.so"
    subprocess.run(["sh", str(TOY / "build.sh"), str(folder), str(so)], check=True, timeout=120)
    so.chmod(0o755)
    gateway = Gateway(simulator, providers=("polar",), sections=f'\n  toy = {{ enabled = true; module = "{so}"; owner = "somebody"; }};')
    api = Client(gateway)
    shown = {p["id"]: p for p in api.get("/providers").json()}
    assert shown["toy"]["state"] == "ready", shown["toy"]
    assert shown["toy"]["abi"]
    gateway.clean_stop()
    assert digest(BIN / "aorta") == before


def test_inspect_and_list(simulator):
    out = subprocess.run([str(BIN / "aorta"), "plugin", "list", "--dir", str(PLUGINS)], capture_output=True, text=True,
                         timeout=60)
    assert out.returncode == 0 and {"polar", "suunto", "garmin"} <= set(out.stdout.split()), out
    out = subprocess.run([str(BIN / "aorta"), "plugin", "inspect", str(PLUGINS / "suunto.so")], capture_output=True,
                         text=True, timeout=60)
    shown = json.loads(out.stdout)
    assert shown["id"] == "suunto" and any(p["name"] == "since" for p in shown["sync_params"]), shown


def test_a_metric_of_the_plugins_own_is_stored_and_served(simulator):
    gateway = Gateway(simulator, providers=("garmin",))
    api = Client(gateway)
    simulator.control("POST", "garmin/webhook", {"url": f"{gateway.url}/api/v1/providers/garmin/webhooks",
                                                 "types": {"hrv": "push"}})
    user = api.connected("garmin", "person-63")
    rows = eventually(lambda: api.series(user, types="garmin.hrv_night_average"), 30, what="the night's average arrives")
    assert rows[0]["unit"] == "ms" and rows[0]["type"] == "garmin.hrv_night_average"
    gateway.clean_stop()
