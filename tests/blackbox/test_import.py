"""An export of Apple Health, as a file of XML or in a zip, over HTTP and from the command line: what is there
afterwards, what a second import changes, and what is kept of a file that broke off."""
import io
import os
import zipfile

import pytest

from client import Client
from harness import Gateway, Simulator, eventually

WATCH = ('sourceName="Kim’s Apple Watch" sourceVersion="12.1" device="&lt;&lt;HKDevice: 0x2819dc5f0&gt;, '
         'name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch7,1, software:12.1&gt;"')


@pytest.fixture(scope="module")
def gateway():
    sim = Simulator()
    gw = Gateway(sim, providers=(), sections='apple = { enabled = true; module = "apple.so"; };')
    yield gw
    gw.clean_stop()
    sim.stop()


@pytest.fixture()
def api(gateway):
    return Client(gateway)


def beat(second, value=60):
    at = f"2026-02-24 09:{second // 60:02d}:{second % 60:02d} +0100"
    return (f' <Record type="HKQuantityTypeIdentifierHeartRate" {WATCH} unit="count/min" creationDate="{at}" '
            f'startDate="{at}" endDate="{at}" value="{value}"/>\n')


def stage(name, start, end):
    return (f' <Record type="HKCategoryTypeIdentifierSleepAnalysis" {WATCH} startDate="2026-02-24 {start}:00 +0100" '
            f'endDate="2026-02-24 {end}:00 +0100" value="HKCategoryValueSleepAnalysis{name}"/>\n')


WORKOUT = (f' <Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="40" durationUnit="min" {WATCH} '
           'startDate="2026-02-24 07:00:00 +0100" endDate="2026-02-24 07:45:00 +0100">\n'
           '  <MetadataEntry key="HKIndoorWorkout" value="0"/>\n'
           '  <WorkoutStatistics type="HKQuantityTypeIdentifierActiveEnergyBurned" sum="300" unit="kcal"/>\n'
           '  <WorkoutStatistics type="HKQuantityTypeIdentifierBasalEnergyBurned" sum="50" unit="kcal"/>\n'
           '  <WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="5" unit="km"/>\n </Workout>\n')


def export(beats=100, value=60, made="2026-02-25 08:00:00 +0100"):
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE HealthData [\n<!ELEMENT HealthData (ExportDate)>\n]>\n'
            f'<HealthData locale="de_AT">\n <ExportDate value="{made}"/>\n'
            + "".join(beat(i, value) for i in range(beats))
            + stage("AsleepCore", "00:10", "01:00") + stage("AsleepDeep", "01:00", "06:00") + WORKOUT
            + ' <ActivitySummary dateComponents="2026-02-23" activeEnergyBurned="412.5" '
              'activeEnergyBurnedUnit="kcal" appleExerciseTime="42"/>\n</HealthData>\n').encode()


def zipped(text, name="apple_health_export/export.xml"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as f:
        f.writestr("apple_health_export/export_cda.xml", "<?xml version='1.0'?>\n<ClinicalDocument/>")
        f.writestr(name, text)
    return out.getvalue()


def ended(api, user, run):
    def look():
        said = api.get(f"/users/{user}/sync/runs/{run}").json()
        return said if said["status"] in ("success", "partial", "failed") else None

    return eventually(look, 60, what="the run ends")


def imported(api, user, content):
    said = api.post(f"/users/{user}/import/apple/xml/direct", files={"file": ("export", content)})
    assert said.status_code == 200, said.text
    assert said.json()["status"] == "processing" and said.json()["user_id"] == user
    return ended(api, user, said.json()["task_id"])


def all_of_it(api, user, beats=100, value=60):
    samples = api.series(user, "heart_rate", start="2026-02-24T00:00:00Z", end="2026-02-25T00:00:00Z")
    assert len(samples) == beats and samples[0]["value"] == value
    assert samples[0]["timestamp"].startswith("2026-02-24T08:00:00") and samples[0]["zone_offset"] == "+01:00"
    [run] = api.workouts(user)
    assert run["type"] == "running" and run["duration_seconds"] == 2400
    assert run["calories_kcal"] == 350 and run["distance_meters"] == 5000
    totals = api.series(user, "energy", start="2026-02-22T00:00:00Z", end="2026-02-24T00:00:00Z")
    assert [(s["value"], s["is_daily_total"]) for s in totals] == [(412.5, True)]
    assert len(api.sleep(user)) == 1


@pytest.mark.parametrize("pack", [lambda text: text, zipped, lambda text: zipped(text, "Данные/Exportieren.xml")])
def test_an_export_over_http(api, pack):
    user = api.user()
    run = imported(api, user, pack(export()))
    assert run["status"] == "success", run
    assert run["details"]["workouts"]["created"] == 1
    all_of_it(api, user)


def test_an_export_from_the_command_line(api, gateway):
    for content in (export(), zipped(export())):
        user = api.user()
        path = gateway.state / "export"
        path.write_bytes(content)
        os.chmod(path, 0o644)
        said = gateway.run("import", "--user", user, str(path))
        assert "success" in said and "workouts 1" in said, said
        all_of_it(api, user)


def test_a_second_export_holds_all_of_the_first(api):
    user = api.user()
    imported(api, user, export())
    run = imported(api, user, zipped(export()))
    assert run["details"]["timeseries"]["created"] == 0 and run["details"]["workouts"]["created"] == 0
    all_of_it(api, user)
    run = imported(api, user, export(150, made="2026-02-26 08:00:00 +0100"))
    assert run["details"]["timeseries"]["created"] == 50 and run["details"]["workouts"]["created"] == 0
    all_of_it(api, user, 150)


def test_of_two_exports_the_later_one_stays(api):
    user = api.user()
    imported(api, user, export(value=70, made="2026-02-26 08:00:00 +0100"))
    imported(api, user, export(value=60, made="2026-02-25 08:00:00 +0100"))
    all_of_it(api, user, value=70)


def test_what_came_before_the_fault_is_kept(api):
    user = api.user()
    text = export()
    run = imported(api, user, text[:text.index(b"<Workout ")])
    assert run["status"] in ("partial", "failed"), run
    assert "it ends too early" in str(run)
    assert len(api.series(user, "heart_rate", start="2026-02-24T00:00:00Z", end="2026-02-25T00:00:00Z")) == 100
    assert imported(api, user, text)["status"] == "success"
    all_of_it(api, user)


@pytest.mark.parametrize("content,words", [
    (zipped(b"<Other/>"), "the zip holds no export"),
    (b"<?xml version='1.0'?><!DOCTYPE HealthData [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><HealthData>&a;</HealthData>",
     "declares entities"),
    (b"<Feed><entry/></Feed>", "not HealthData")])
def test_files_that_are_no_export(api, content, words):
    user = api.user()
    run = imported(api, user, content)
    assert run["status"] == "failed" and words in str(run), run
