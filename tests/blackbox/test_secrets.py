"""No secret in any log line, error or URL the gateway prints."""
import httpx

from client import Client
from harness import Gateway, Simulator


def test_nothing_secret_is_ever_printed():
    simulator = Simulator()
    gateway = Gateway(simulator, extra='log_level = "debug";')
    api = Client(gateway)
    seen = []
    api.http.event_hooks["response"].append(lambda r: (r.read(), seen.append(r.text)))
    for provider in ("polar", "suunto", "garmin"):
        user = api.connected(provider, "anna")
        api.synced(provider, user)
        simulator.control("POST", "tokens", {"provider": provider, "person": "anna", "action": "expire"})
        api.sync(provider, user, **api.default_params(provider))
        simulator.control("POST", "tokens", {"provider": provider, "person": "anna", "action": "revoke"})
        api.sync(provider, user, **api.default_params(provider))
        seen.append(httpx.get(api.consent(api.authorize(provider, user), "anna", decision="deny"), timeout=30).text)
        back = api.consent(api.authorize(provider, user), "anna")
        simulator.fault(provider=provider, kind="malformed", path=f"/{provider}/", count=1)
        seen.append(httpx.get(back, timeout=30).text)
        simulator.control("DELETE", "faults")
        api.get(f"/users/{user}/connections")
        api.get(f"/users/{user}/sync/runs")
        api.get("/providers")
    api.http.get("/api/v1/users", headers={"X-Open-Wearables-API-Key": "sk-" + "Z" * 43})
    gateway.clean_stop()
    secrets = [s["value"] for s in simulator.control("GET", "secrets")["secrets"]] + [gateway.key, "sk-" + "Z" * 43]
    assert len(secrets) > 15
    log = gateway.log_text()
    assert log.count("\n") > 20
    printed = "\n".join(seen)
    for secret in secrets:
        assert secret not in log, f"a secret that begins with {secret[:6]} is in the log"
        assert secret not in printed, f"a secret that begins with {secret[:6]} is in an answer"
    for path in gateway.state.rglob("*"):
        if path.is_file() and "postgres" in path.parts and path.stat().st_size < 64 << 20:
            data = path.read_bytes()
            for secret in secrets:
                if secret.startswith("sim-"):
                    continue
                assert secret.encode() not in data, f"a secret lies unsealed in {path.name}"
    simulator.stop()
