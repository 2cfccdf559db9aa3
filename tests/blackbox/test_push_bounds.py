"""How much a push may cost: memory, slots, time; and what is left of one that does not arrive."""
import gzip
import json
import os
import select
import signal
import socket
import threading
import time

import pytest

from client import Client
from harness import Gateway, Simulator, eventually
from test_push import PHONES, ended, path_of, refused, sdk_body

MB = 1000 * 1000
SANITIZED = "asan" in os.environ.get("AORTA_BIN", "") or "tsan" in os.environ.get("AORTA_BIN", "")
ROOM = 64 * 1024 if not SANITIZED else 1 << 20  # kB above idle; a sanitizer keeps what was freed, as quarantine


@pytest.fixture(scope="module")
def still():
    sim = Simulator()
    yield sim
    sim.stop()


@pytest.fixture(scope="module")
def gateway(still):
    gw = Gateway(still, providers=("polar",), sections=PHONES, extra="uploads = 3;")
    yield gw
    gw.clean_stop()


@pytest.fixture()
def api(gateway):
    return Client(gateway)


def memory(gateway, name):
    """Of all api processes, kB. VmRSS: now, VmHWM: at most since the last forget()."""
    total = 0
    for pid in gateway.children("api"):
        with open(f"/proc/{pid}/status") as status:
            total += next(int(line.split()[1]) for line in status if line.startswith(name))
    return total


def forget(gateway):
    for pid in gateway.children("api"):
        with open(f"/proc/{pid}/clear_refs", "w") as file:
            file.write("5")


def large_body(least):
    """JSON that is soon read: what is large of it is in a list that nobody knows."""
    heart = json.dumps(sdk_body("apple", 50)["data"]["records"])
    filling = b'"filling":[' + b",".join([heart.encode()] * (least // len(heart) + 1)) + b"],"
    return b"{" + filling + json.dumps(sdk_body("apple")).encode()[1:]


@pytest.fixture(scope="module")
def hundred():
    return large_body(100 * MB)


def head_of(gateway, user, *lines):
    return "\r\n".join([f"POST /api/v1{path_of(user)} HTTP/1.1", "Host: x", "Content-Type: application/json",
                        f"X-Open-Wearables-API-Key: {gateway.key}", *lines, "", ""]).encode()


@pytest.mark.parametrize("wrap", ["plain", "gzip", "form", "chunked"])
def test_100_mb_cost_little_memory(api, gateway, hundred, wrap):
    user = api.user()
    more = {"plain": lambda: dict(content=hundred, headers={"Content-Type": "application/json"}),
            "gzip": lambda: dict(content=gzip.compress(hundred, 1),
                                 headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}),
            "form": lambda: dict(files={"file": ("a.json", hundred)}),
            "chunked": lambda: dict(content=iter([hundred[i:i + MB] for i in range(0, len(hundred), MB)]),
                                    headers={"Content-Type": "application/json"})}[wrap]()
    forget(gateway)
    idle = memory(gateway, "VmRSS")
    answer = api.post(path_of(user), **more)
    assert answer.status_code == 202, answer.text
    assert memory(gateway, "VmHWM") - idle < ROOM, (idle, memory(gateway, "VmHWM"))
    size, = gateway.sql(f"SELECT size FROM payloads WHERE user_id = '{user}'")[0]
    assert int(size) == len(hundred)
    run = ended(api, user, answer.json()["batch_id"], 300)
    assert run["status"] == "success" and run["details"]["workouts"]["created"] == 1, run


def test_200_strangers_with_100_mb_each(api, gateway):
    user, answers = api.user(), []
    block = b"x" * 65536

    def stranger(number):
        chunked = number % 2
        with socket.create_connection(("127.0.0.1", gateway.port)) as s:
            length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {100 * MB}"
            s.sendall(f"POST /api/v1{path_of(user)} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{length}\r\n\r\n".encode())
            try:
                for _ in range(100 * MB // len(block)):
                    s.sendall(b"10000\r\n" + block + b"\r\n" if chunked else block)
            except OSError:
                pass  # it was said, and nobody listens any more
            try:
                answers.append(s.recv(64))
            except OSError:
                answers.append(b"")

    forget(gateway)
    idle, most = memory(gateway, "VmRSS"), 0
    threads = [threading.Thread(target=stranger, args=(i,)) for i in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    most = memory(gateway, "VmHWM")
    assert most - idle < ROOM, (idle, most)
    assert all(a.startswith(b"HTTP/1.1 401 ") or a == b"" for a in answers)
    assert sum(a.startswith(b"HTTP/1.1 401 ") for a in answers) > 150
    assert gateway.sql(f"SELECT count(*) FROM payloads WHERE user_id = '{user}'") == [("0",)]


def test_so_many_at_once_and_no_more(api, gateway):
    user = api.user()
    body = json.dumps(sdk_body("apple", 2000)).encode()
    assert len(body) > 65536
    kind = {"Content-Type": "application/json"}
    slow = []

    def full():
        """A slow one that came while another body was on its way was refused: it comes again."""
        slow[:] = [s for s in slow if not select.select([s], [], [], 0.2)[0]]
        while len(slow) < 3:
            s = socket.create_connection(("127.0.0.1", gateway.port))
            s.sendall(head_of(gateway, user, f"Content-Length: {len(body)}") + body[:1000])
            slow.append(s)
        return api.post(path_of(user), content=body, headers=kind).status_code == 503

    eventually(full, 30)
    answer = api.post(path_of(user), content=body, headers=kind)
    refused(answer, 503, "uploads.busy")
    assert int(answer.headers["Retry-After"]) >= 1
    small = api.post(path_of(user), json=sdk_body("apple"))
    assert small.status_code == 202, small.text  # these are not counted
    for s in slow[:2]:
        s.sendall(body[1000:])
        assert s.recv(100).startswith(b"HTTP/1.1 202 ")
    assert api.post(path_of(user), content=body, headers=kind).status_code == 202
    slow[2].close()
    eventually(lambda: api.post(path_of(user), content=body, headers=kind).status_code == 202, 10)
    for s in slow:
        s.close()


def open_files(gateway):
    """Files without a name that the api processes hold."""
    found = 0
    for pid in gateway.children("api"):
        for fd in os.listdir(f"/proc/{pid}/fd"):
            try:
                name = os.readlink(f"/proc/{pid}/fd/{fd}")
                found += "(deleted)" in name and "memfd:" not in name
            except OSError:
                pass
    return found


def test_who_goes_away_leaves_nothing(api, gateway):
    user = api.user()
    body = large_body(5 * MB)
    before = set(os.listdir(gateway.state))
    for cut in (0, 1000, 3 * MB, len(body) - 1):
        s = socket.create_connection(("127.0.0.1", gateway.port))
        s.sendall(head_of(gateway, user, f"Content-Length: {len(body)}") + body[:cut])
        if cut > 2 * MB:
            eventually(lambda: open_files(gateway) > 0, 10, what="it is on the disk, without a name")
        assert set(os.listdir(gateway.state)) == before
        s.close()
        eventually(lambda: open_files(gateway) == 0, 10, what="and gone with its sender")
    assert gateway.sql(f"SELECT count(*) FROM payloads WHERE user_id = '{user}'") == [("0",)]
    assert api.get(f"/users/{user}/connections").json() == []
    answer = api.post(path_of(user), content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 202, answer.text


def test_slow_senders_are_cut_off(api, gateway):
    """One who says nothing, within the idle time of a connection; one who says a byte now and then, after a minute."""
    user, ended_after = api.user(), {}

    def send(pace):
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", gateway.port)) as s:
            s.sendall(head_of(gateway, user, "Content-Length: 1000000") + b'{"a":[')
            s.settimeout(pace)
            while time.monotonic() - began < 100:
                try:
                    if s.recv(100) == b"":
                        break
                except socket.timeout:
                    if pace < 10:
                        s.sendall(b"1,")
                except OSError:
                    break
            ended_after[pace] = time.monotonic() - began

    threads = [threading.Thread(target=send, args=(pace,)) for pace in (0.5, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 25 < ended_after[50] < 50 and 55 < ended_after[0.5] < 90, ended_after
    body = json.dumps(sdk_body("apple", 2000)).encode()
    answers = [api.post(path_of(user), content=body, headers={"Content-Type": "application/json"}) for _ in range(3)]
    assert [a.status_code for a in answers] == [202, 202, 202]  # their places are free


def test_bombs_and_bodies_beyond_the_limit(still):
    gw = Gateway(still, providers=("polar",), sections=PHONES, extra="max_push_bytes = 1000000; max_import_bytes = 2000000;")
    api = Client(gw)
    user = api.user()
    kind = {"Content-Type": "application/json"}
    text = b'{"provider":"apple","x":[' + b"1," * 600000 + b"1]}"
    packed = {**kind, "Content-Encoding": "gzip"}
    refused(api.post(path_of(user), content=gzip.compress(text), headers=packed), 413, "body.too_large")
    refused(api.post(path_of(user), content=gzip.compress(b" " * 100 * MB, 1), headers=packed), 413, "body.too_large")
    refused(api.post(path_of(user), content=text, headers=kind), 413, "body.too_large")
    refused(api.post(path_of(user), content=iter([text]), headers=kind), 413, "body.too_large")
    path = f"/users/{user}/import/apple/xml/direct"
    xml = b"<a>" + b" " * 2000000 + b"</a>"
    refused(api.post(path, content=gzip.compress(xml), headers={"Content-Encoding": "gzip"}), 413, "body.too_large")
    refused(api.post(path, files={"file": ("export.xml", xml)}), 413, "body.too_large")
    assert gw.sql("SELECT count(*) FROM payloads") == [("0",)]
    assert api.post(path_of(user), json=sdk_body("apple")).status_code == 202
    gw.clean_stop()


def test_kill_9_of_the_api_in_mid_push(still):
    """Whenever it dies: what was answered 202 is there, of everything else there is nothing."""
    gw = Gateway(still, providers=("polar",), sections=PHONES)
    api = Client(gw)
    # how much of the body has been sent, and how long ago the rest
    moments = [(0.3, 0), (0.99, 0), (1, 0), (1, 0.002), (1, 0.005), (1, 0.009), (1, 0.014), (1, 0.2)]
    users, kept = [api.user() for _ in moments], {}
    texts = {user: json.dumps({**sdk_body("apple", 2), "n": n, "filling": ["x" * 1000] * 3000}).encode()
             for n, user in enumerate(users)}

    def push_and_kill(user, share, delay):
        text = texts[user]
        victim, = eventually(lambda: gw.up() and gw.children("api"), 30, what="one process answers")
        with socket.create_connection(("127.0.0.1", gw.port), timeout=20) as s:
            s.sendall(head_of(gw, user, f"Content-Length: {len(text)}", "Expect: 100-continue"))
            assert s.recv(100).startswith(b"HTTP/1.1 100 ")  # it is this process that has it
            s.sendall(text[:int(share * len(text))])
            time.sleep(delay)
            os.kill(victim, signal.SIGKILL)
            try:
                answer = s.recv(4000)
            except OSError:
                answer = b""
        if answer.startswith(b"HTTP/1.1 202 "):
            kept[user] = json.loads(answer.split(b"\r\n\r\n")[1])["batch_id"]
        eventually(lambda: [c for c in gw.children("api") if c != victim], 30, what="another takes its place")

    for user, moment in zip(users, moments):
        push_and_kill(user, *moment)
    eventually(gw.up, 30)
    assert [user in kept for user in users][:2] == [False, False] and users[-1] in kept
    for user in users:
        rows = gw.sql("SELECT (SELECT count(*) FROM payloads WHERE user_id = u.id), "
                      "(SELECT coalesce(sum(size), 0) FROM payloads WHERE user_id = u.id), "
                      "(SELECT count(*) FROM payload_chunks WHERE user_id = u.id), "
                      "(SELECT count(*) FROM connections WHERE user_id = u.id), "
                      "(SELECT count(*) FROM jobs WHERE user_id = u.id) + (SELECT count(*) FROM runs WHERE user_id = u.id) "
                      f"FROM users u WHERE id = '{user}'")[0]
        whole = ("1", str(len(texts[user])), "3", "1", "1")
        assert rows == whole if user in kept else rows in (whole, ("0", "0", "0", "0", "0")), (user in kept, rows)
        if user in kept:
            assert ended(api, user, kept[user])["status"] == "success"
    again = api.post(path_of(users[0]), content=texts[users[0]], headers={"Content-Type": "application/json"})
    assert again.status_code == 202 and ended(api, users[0], again.json()["batch_id"])["status"] == "success"
    assert not [name for name in os.listdir(gw.state) if name.startswith("upload")]
    gw.clean_stop()
