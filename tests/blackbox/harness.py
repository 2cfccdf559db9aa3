"""Starts and stops the parts a story needs: the simulator and the gateway, on free ports, in a state directory of
their own, unprivileged also when the tests run as root."""
import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import httpx

import contract

BIN = Path(os.environ["AORTA_BIN"]).resolve()
PLUGINS = Path(os.environ["AORTA_PLUGINS"]).resolve()
USER = "nobody" if os.geteuid() == 0 else None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def eventually(look, seconds=30.0, step=0.05, what=""):
    """The first true value that look() gives, within so many seconds."""
    end = time.monotonic() + seconds
    while True:
        value = look()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"did not happen within {seconds} s: {what or look}")
        time.sleep(step)


def own_dir(prefix="aorta-story-"):
    """A short path, for Unix sockets; owned by whoever runs the programs."""
    path = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    if USER:
        who = pwd.getpwnam(USER)
        os.chown(path, who.pw_uid, who.pw_gid)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def readable_by_all(path):
    return all(os.stat(p).st_mode & 0o005 == 0o005 for p in [path, *path.parents])


_staged = {}


def staged(path):
    """The folder itself, or a copy where the unprivileged user can reach it."""
    if not USER or readable_by_all(path):
        return path
    if path not in _staged:
        _staged[path] = own_dir("aorta-bin-") / "copy"
        shutil.copytree(path, _staged[path])
    return _staged[path]


def popen(argv, log, env=None, **more):
    drop = {"user": USER, "group": pwd.getpwnam(USER).pw_gid, "extra_groups": []} if USER else {}
    full = {k: v for k, v in os.environ.items() if not k.startswith("AORTA_")}
    full.update({"HOME": "/tmp", "LSAN_OPTIONS": "print_suppressions=0"})
    full.update(env or {})
    alone = ["setpriv", "--pdeathsig", "TERM", "--"]  # tests that are killed leave no programs behind
    return subprocess.Popen([*alone, *(str(a) for a in argv)], stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                            env=full, cwd="/tmp", **drop, **more)


class Simulator:
    def __init__(self, *args):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.dir = own_dir()
        self.log = open(self.dir / "simulator.log", "wb")
        self.process = popen([staged(BIN) / "aorta-simulator", "--port", self.port, "--quiet", *args], self.log)
        self.http = httpx.Client(base_url=self.url, timeout=30)
        eventually(self._up, 20, what="the simulator answers")

    def _up(self):
        assert self.process.poll() is None, (self.dir / "simulator.log").read_text()
        try:
            return self.http.get("/control/health").status_code == 200
        except httpx.TransportError:
            return False

    def control(self, method, call, body=None, /, **params):
        answer = self.http.request(method, f"/control/{call}", json=body, params=params)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def fault(self, **spec):
        return self.control("POST", "faults", spec)["id"]

    def requests(self, **params):
        return self.control("GET", "requests", **params)["requests"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self.log.close()
        return code


CONFIG = """
listen = "127.0.0.1:{port}";
state_dir = "{state}";
plugin_dir = "{plugins}";
metrics_listen = "{metrics}";
allowed_redirects = [ "http://localhost", "http://127.0.0.1", "https://yourapp.com", "https://myapp.com" ];
{extra}
providers = {{
{providers}
}};
"""

SIMULATED = {
    "polar": """
  polar = {{ enabled = true; module = "polar.so"; client_id = "sim-polar-client"; client_secret = "sim-polar-secret";
    authorize_url = "{sim}/polar/oauth2/authorization"; token_url = "{sim}/polar/v2/oauth2/token";
    api_url = "{sim}/polar"; {more} }};""",
    "suunto": """
  suunto = {{ enabled = true; module = "suunto.so"; client_id = "sim-suunto-client"; client_secret = "sim-suunto-secret";
    subscription_key = "sim-suunto-subscription"; oauth_url = "{sim}/suunto"; api_url = "{sim}/suunto"; {more} }};""",
    "garmin": """
  garmin = {{ enabled = true; module = "garmin.so"; client_id = "sim-garmin-client"; client_secret = "sim-garmin-secret";
    authorize_url = "{sim}/garmin/oauth2Confirm"; token_url = "{sim}/garmin/di-oauth2-service/oauth/token";
    api_url = "{sim}/garmin"; request_token_url = "{sim}/garmin/oauth-service/oauth/request_token";
    authorize_url_1 = "{sim}/garmin/oauthConfirm"; access_token_url = "{sim}/garmin/oauth-service/oauth/access_token";
    {more} }};""",
}


class Gateway:
    """`aorta serve` with the providers of a simulator. settings: extra text for a provider's section."""

    def __init__(self, simulator, providers=("polar", "suunto", "garmin"), extra="", settings=None, plugins=None,
                 sections="", state=None, env=None, metrics=""):
        self.simulator, self.providers = simulator, providers
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.state = state or own_dir()
        self.config = self.state / "aorta.conf"
        texts = [SIMULATED[p].format(sim=simulator.url, more=(settings or {}).get(p, "")) for p in providers]
        self.config.write_text(CONFIG.format(port=self.port, metrics=metrics, state=self.state, plugins=plugins or staged(PLUGINS),
                                             extra=extra, providers="".join(texts) + sections))
        if USER:
            who = pwd.getpwnam(USER)
            os.chown(self.config, who.pw_uid, who.pw_gid)
        self.env = env or {}
        self.log_path = self.state / "gateway.log"
        self.process = None
        self.key = None
        self.start()

    def start(self):
        self.log = open(self.log_path, "ab")
        self.process = popen([staged(BIN) / "aorta", "serve", "--config", self.config], self.log, self.env)
        eventually(self.up, 60, what="the gateway is ready")
        if self.key is None:
            self.key = self.new_key("read,write,admin")
        contract.hold(self.url)
        if "garmin" in self.providers:  # a second gateway without it leaves Garmin's posts to the first
            self.simulator.control("POST", "garmin/webhook", {"url": f"{self.url}/api/v1/providers/garmin/webhooks"})

    def up(self):
        assert self.process.poll() is None, self.log_text()[-6000:]
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def run(self, *args, check=True):
        """A command of the program, with this gateway's configuration."""
        out = popen([staged(BIN) / "aorta", *args, "--config", self.config], subprocess.PIPE, self.env)
        text = out.communicate(timeout=120)[0].decode()
        assert not check or out.returncode == 0, text
        return text

    def new_key(self, scopes):
        text = self.run("key", "create", "--name", "story", "--scopes", scopes)
        return next(w for w in text.split() if w.startswith("sk-"))

    def log_text(self):
        return self.log_path.read_text(errors="replace")

    def children(self, role):
        """Process ids of the children of a role: api or worker."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                line = (entry / "cmdline").read_bytes().split(b"\0")
            except (OSError, IndexError):
                continue
            if parent == self.process.pid and role.encode() in line:
                found.append(int(entry.name))
        return found

    def sql(self, query):
        import psycopg2
        drop_root = USER and os.geteuid() == 0
        dsn = self.run("database", "url").strip()
        if drop_root:
            # peer authentication: ask as the user that runs the cluster
            out = popen(["/usr/bin/psql", "-XAt", "-F", "\t", "-d", dsn, "-c", query], subprocess.PIPE)
            text = out.communicate(timeout=60)[0].decode()
            assert out.returncode == 0, text
            return [tuple(line.split("\t")) for line in text.splitlines()]
        with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return [tuple("" if v is None else str(v) for v in row) for row in cursor.fetchall()]

    def stop(self, sig=signal.SIGTERM, seconds=60):
        self.process.send_signal(sig)
        code = self.process.wait(seconds)
        self.log.close()
        return code

    def clean_stop(self):
        """Ends it and holds it to its word: a clean exit, and not a word from a sanitizer."""
        code = self.stop()
        text = self.log_text()
        for word in ("AddressSanitizer", "LeakSanitizer", "runtime error:", "ThreadSanitizer"):
            assert word not in text, text[max(0, text.index(word) - 500):][:6000]
        assert code == 0, text[-3000:]
