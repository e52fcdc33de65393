"""The Docker engine that is checked with: the one that runs, or one of our own."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from .debian import Packages, install, run

# How long a container engine may take to begin.
START_SECONDS_MAX = 60


def wait_for(what: str, seconds_max: float, look, pause: float = 0.2):
    """Looks until `look` returns something, and returns it. What it returns as (None, seen) is said when time is up."""
    end = time.monotonic() + seconds_max
    while True:
        found = look()
        is_seen = isinstance(found, tuple) and len(found) == 2 and found[0] is None
        if found and not is_seen:
            return found
        if time.monotonic() > end:
            raise RuntimeError(f"waited {seconds_max:.0f} s in vain for {what}" + (f"; last seen: {found[1]}" if is_seen else ""))
        time.sleep(pause)


class Engine:
    """Commands for an engine. Ends the engine if it is our own."""

    def __init__(self, work: Path, packages: Packages) -> None:
        self.environment = os.environ | {"DOCKER_BUILDKIT": "1", "COMPOSE_PROGRESS": "plain"}
        self.daemon: subprocess.Popen | None = None
        self.run_directory: Path | None = None
        if not shutil.which("docker"):
            install("docker.io")
        self.plugins(work, packages)
        if not self.answers():
            install("docker.io")
            self.start(work)

    def plugins(self, work: Path, packages: Packages) -> None:
        """Adds `docker compose` 2.20 or later and buildx where they are missing: from Debian 13, as Debian 12 has neither."""
        if self.works("compose", "version") and self.works("buildx", "version"):
            return
        configuration = work / "docker"
        plugins = configuration / "cli-plugins"
        plugins.mkdir(parents=True, exist_ok=True)
        for plugin in ("docker-compose", "docker-buildx"):
            packages.unpack(work / "plugins", plugin)
            shutil.copy(work / "plugins/usr/libexec/docker/cli-plugins" / plugin, plugins)
        self.environment["DOCKER_CONFIG"] = str(configuration)

    def start(self, work: Path) -> None:
        """Starts an engine of our own, with its own data and its own socket."""
        # A socket's path has to be short.
        self.run_directory = Path(tempfile.mkdtemp(prefix="zendesk-exporter-containers-"))
        socket = f"unix://{self.run_directory}/docker.sock"
        log = (work / "dockerd.log").open("w")
        command = ["dockerd", "--data-root", work / "data", "--exec-root", self.run_directory / "exec", "--host", socket]
        command += ["--pidfile", self.run_directory / "dockerd.pid"]
        # Ctrl-C is for us: containers are removed first.
        self.daemon = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, start_new_session=True)
        self.environment["DOCKER_HOST"] = socket

        def look():
            if self.daemon.poll() is not None:
                raise RuntimeError(f"dockerd ended at once: see {work}/dockerd.log")
            return self.answers()

        wait_for("dockerd", START_SECONDS_MAX, look)

    def stop(self) -> None:
        """Ends the engine, if it is our own."""
        if self.daemon is not None:
            self.daemon.terminate()
            self.daemon.wait()
            shutil.rmtree(self.run_directory, ignore_errors=True)

    def description(self) -> str:
        engine = self.docker("version", "--format", "{{ .Server.Version }}").strip()
        compose = self.docker("compose", "version", "--short").strip()
        return f"Docker {engine}, Compose {compose}"

    def works(self, *arguments: str) -> bool:
        return subprocess.run(["docker", *arguments], env=self.environment, capture_output=True).returncode == 0

    def answers(self) -> bool:
        return self.works("version")

    def docker(self, *arguments: str, **options) -> str:
        """What `docker` prints."""
        return run("docker", *map(str, arguments), env=self.environment, **options)

    def outcome(self, *arguments: str) -> tuple[int, str]:
        """The exit code of `docker` and everything it says."""
        done = subprocess.run(["docker", *map(str, arguments)], env=self.environment, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def inspect(self, container: str) -> dict:
        return json.loads(self.docker("inspect", container))[0]

    def has(self, image: str) -> bool:
        return self.works("image", "inspect", image)

    def pull(self, image: str) -> bool:
        return self.works("pull", "--quiet", image)

    def import_root(self, root: Path, image: str, changes: list[str]) -> None:
        """Makes an image of a directory."""
        options = [word for change in changes for word in ("--change", change)]
        excluded = [f"--exclude=./{system}/*" for system in ("proc", "sys", "dev")]
        packed = subprocess.Popen(["tar", "-C", root, "-c", *excluded, "."], stdout=subprocess.PIPE)
        self.docker("import", *options, "-", image, stdin=packed.stdout)
        if packed.wait() != 0:
            raise RuntimeError(f"cannot pack {root}")
