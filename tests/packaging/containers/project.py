"""A copy of the files that an archive of a release has, and the services of its docker-compose.yml."""

import json
import re
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path

from .debian import run
from .engine import Engine, wait_for
from .report import expect

REPOSITORY = Path(__file__).resolve().parents[3]

# So that no services are met that somebody runs for themselves.
NAME = "zendesk-exporter-checked"

VARIABLES = {"exporter": "EXPORTER_PORT", "prometheus": "PROMETHEUS_PORT", "alertmanager": "ALERTMANAGER_PORT", "grafana": "GRAFANA_PORT"}

HEALTHY_SECONDS_MAX = 120


def version() -> str:
    """The version of the workspace."""
    return re.search(r'^version = "(.+)"', (REPOSITORY / "Cargo.toml").read_text(), re.MULTILINE)[1]


def images() -> list[str]:
    """Every image that the Dockerfile and the compose file name, but our own."""
    dockerfile = (REPOSITORY / "Dockerfile").read_text()
    rust = re.search(r"^ARG RUST_VERSION=(.+)", dockerfile, re.MULTILINE)[1]
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    compose = re.findall(r"^ +image: (\S+)", (REPOSITORY / "docker-compose.yml").read_text(), re.MULTILINE)
    named = [base.replace("${RUST_VERSION}", rust) for base in bases] + compose
    return list(dict.fromkeys(image for image in named if not image.startswith("zendesk-exporter:")))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


class Project:
    """The unpacked archive, with the image that was built under the name of the release's."""

    def __init__(self, engine: Engine, work: Path, image: str) -> None:
        self.engine = engine
        self.image = f"ghcr.io/zendesk-exporter/zendesk-exporter:{version()}"
        engine.docker("tag", image, self.image)
        packed, programs = work / "packed", work / "programs"
        shutil.rmtree(packed, ignore_errors=True)
        programs.mkdir(exist_ok=True)
        # No service needs the programs of the archive: they have the image.
        for program in ("zendesk-exporter", "zendesk-simulator"):
            (programs / program).touch()
        run(str(REPOSITORY / ".ci/pack"), version(), "checked", str(programs), str(packed))
        self.directory = packed / f"zendesk-exporter-{version()}-checked"
        self.ports = {service: free_port() for service in VARIABLES}
        variables = {VARIABLES[service]: str(port) for service, port in self.ports.items()}
        self.environment = engine.environment | variables | {"COMPOSE_PROJECT_NAME": NAME}

    def compose(self, profile: str, *arguments: str) -> str:
        return run("docker", "compose", "--profile", profile, *arguments, cwd=self.directory, env=self.environment)

    def outcome(self, profile: str, *arguments: str) -> tuple[int, str]:
        command = ["docker", "compose", "--profile", profile, *arguments]
        done = subprocess.run(command, cwd=self.directory, env=self.environment, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def containers(self, profile: str) -> dict[str, dict]:
        """The containers of a profile, by service."""
        ids = self.compose(profile, "ps", "--all", "--quiet").split()
        inspected = json.loads(self.engine.docker("inspect", *ids)) if ids else []
        return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in inspected}

    def container(self, profile: str, service: str) -> dict:
        return self.containers(profile)[service]

    def wait_until_healthy(self, profile: str, *services: str) -> float:
        """Waits until the services are healthy, all of those that run if none is named; returns the seconds."""
        begin = time.monotonic()

        def look():
            found = self.containers(profile)
            chosen = services or [service for service, one in found.items() if "Healthcheck" in one["Config"]]
            states = {service: found[service]["State"].get("Health", {}).get("Status", "none") for service in chosen}
            is_healthy = set(states.values()) == {"healthy"}
            return states if is_healthy else (None, states)

        wait_for("health", HEALTHY_SECONDS_MAX, look)
        return time.monotonic() - begin

    def address(self, service: str, path: str = "") -> str:
        return f"http://127.0.0.1:{self.ports[service]}{path}"

    def metrics(self) -> str:
        return get(self.address("exporter", "/metrics"))

    def query(self, expression: str) -> list[dict]:
        """What Prometheus answers now."""
        path = "/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        return json.loads(get(self.address("prometheus", path)))["data"]["result"]

    def number(self, expression: str) -> float | None:
        """The only value of a query, if there is one."""
        result = self.query(expression)
        expect(len(result) <= 1, f"{expression} has {len(result)} series")
        return float(result[0]["value"][1]) if result else None

    def rss(self, profile: str, service: str) -> tuple[int, int]:
        """Bytes of memory of a service's process: now, and at most since it began."""
        status = Path(f"/proc/{self.container(profile, service)['State']['Pid']}/status").read_text()
        kilobytes = {name: int(value) for name, value in re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB", status, re.MULTILINE)}
        return kilobytes["VmRSS"] * 1024, kilobytes["VmHWM"] * 1024

    def remove(self) -> None:
        """Removes every container, network and volume of the project, and the name of the image."""
        for profile in ("account", "demo"):
            self.outcome(profile, "down", "--volumes", "--timeout", "2", "--remove-orphans")
        self.engine.outcome("rmi", self.image)


def sample(text: str, name: str) -> float:
    """The sum of the samples of a family."""
    values = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)", text, re.MULTILINE)
    expect(values, f"there is no {name}")
    return sum(map(float, values))
