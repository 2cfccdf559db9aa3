"""A thousand requests of each kind: no leak (the sanitizers speak at exit), no growth."""
from pathlib import Path

from client import Client
from harness import Gateway, Simulator


def anon_kb(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


def test_a_thousand_of_each():
    simulator = Simulator()
    gateway = Gateway(simulator)
    api = Client(gateway)
    user = api.connected("suunto", "anna")
    api.synced("suunto", user)
    workout = api.workouts(user)[0]["id"]
    params = {"start_date": "2020-01-01", "end_date": "2030-01-01"}
    kinds = {
        "health": lambda: api.http.get("/healthz"),
        "user": lambda: api.get(f"/users/{user}"),
        "users": lambda: api.get("/users"),
        "create": lambda: api.post("/users", json={"external_user_id": "always the same"}),
        "connections": lambda: api.get(f"/users/{user}/connections"),
        "workouts": lambda: api.get(f"/users/{user}/events/workouts", **params),
        "workout": lambda: api.get(f"/users/{user}/events/workouts/{workout}"),
        "sleep": lambda: api.get(f"/users/{user}/events/sleep", **params),
        "series": lambda: api.get(f"/users/{user}/timeseries", start_time="2020-01-01", end_time="2030-01-01",
                                  types="heart_rate", limit=100),
        "providers": lambda: api.get("/providers"),
        "authorize": lambda: api.get("/oauth/suunto/authorize", user_id=user),
        "runs": lambda: api.get(f"/users/{user}/sync/runs"),
        "wrong": lambda: api.get(f"/users/{user}/events/workouts"),
        "unknown": lambda: api.get("/no/such/route"),
        "webhook": lambda: api.http.post("/api/v1/providers/garmin/webhooks", content=b'{"sleeps":[]}'),
    }
    for name, ask in kinds.items():
        for _ in range(1000):
            assert ask().status_code < 500, name
    pid = gateway.children("api")[0]
    before = anon_kb(pid)
    for name, ask in kinds.items():
        for _ in range(200):
            ask()
    assert anon_kb(pid) < before * 1.3 + 8192, (before, anon_kb(pid))
    for _ in range(20):
        api.sync("suunto", user, **api.default_params("suunto"))
    gateway.clean_stop()
    simulator.stop()
