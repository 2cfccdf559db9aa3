import pytest

import contract
from client import Client
from harness import Gateway, Simulator


@pytest.fixture(scope="module")
def simulator():
    sim = Simulator()
    yield sim
    sim.stop()


@pytest.fixture(scope="module")
def gateway(simulator):
    gw = Gateway(simulator)
    yield gw
    gw.clean_stop()


@pytest.fixture()
def api(gateway):
    return Client(gateway)


@pytest.fixture(autouse=True)
def kept():
    """An answer against openapi.json fails its story, also one that a thread of the story saw."""
    contract.broken.clear()
    yield
    assert not contract.broken, contract.broken[0]


@pytest.fixture(autouse=True)
def healed(request):
    """Whatever a story broke at the providers is mended before the next."""
    yield
    if "simulator" in request.fixturenames:
        request.getfixturevalue("simulator").control("DELETE", "faults")
