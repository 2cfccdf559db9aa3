"""Backup and restore of the private cluster, running and stopped."""
import shutil

from client import Client
from harness import Gateway, Simulator, own_dir


def test_a_backup_comes_back():
    simulator = Simulator()
    gateway = Gateway(simulator, providers=("suunto",))
    api = Client(gateway)
    user = api.connected("suunto", "anna")
    api.synced("suunto", user)
    before = (api.workouts(user), api.sleep(user), api.series(user))
    assert before[0] and before[1] and before[2]
    shelf = own_dir("aorta-shelf-")

    said = gateway.run("backup", shelf / "running.dump")
    assert str(gateway.state / "keys") in said
    assert (shelf / "running.dump").stat().st_mode & 0o077 == 0
    assert "stop it first" in gateway.run("restore", "--replace", shelf / "running.dump", check=False)

    later = api.user()
    assert api.get(f"/users/{later}").status_code == 200
    gateway.clean_stop()
    gateway.run("backup", shelf / "stopped.dump")

    # Back to the first one: what came later is gone, what was there is there, and its tokens still open.
    assert "already" in gateway.run("restore", shelf / "running.dump", check=False)
    gateway.run("restore", "--replace", shelf / "running.dump")
    gateway.start()
    api = Client(gateway)
    assert (api.workouts(user), api.sleep(user), api.series(user)) == before
    assert api.get(f"/users/{later}").status_code == 404
    assert api.synced("suunto", user)["status"] == "success"
    gateway.clean_stop()
    assert len(list(gateway.state.glob("postgres.before-*"))) == 1

    # A broken file changes nothing.
    (shelf / "broken.dump").write_bytes((shelf / "stopped.dump").read_bytes()[:2000])
    assert gateway.run("restore", "--replace", shelf / "broken.dump", check=False)
    gateway.start()
    assert Client(gateway).get(f"/users/{user}").status_code == 200
    gateway.clean_stop()

    # Another machine: an empty state directory, the dump and the keys.
    shutil.rmtree(gateway.state / "postgres")
    gateway.run("restore", shelf / "stopped.dump")
    gateway.start()
    assert Client(gateway).get(f"/users/{later}").status_code == 200
    gateway.clean_stop()
    simulator.stop()
