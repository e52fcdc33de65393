"""Checks the image and the services of docker-compose.yml in real containers: make containers

For root on Debian 12 or later. It takes about twenty minutes on two cores.

- Installs Debian's docker.io and debootstrap where they are missing. If no engine runs, it starts one of its own, with its own
  data and socket, and ends it. An engine that runs is used, under names of its own; only what was built stays in its cache.
- Debian 12 has no Docker Compose 2, and a client of Docker may have no buildx: Debian 13's packages are used then, which apt
  downloads and verifies without installing them.
- Images that cannot be pulled are made of Debian 13's packages: stand-ins. What they cannot show is said at the end.

--keep leaves the stand-ins and an engine's own data, with what it has built, in target/containers for the next time.
"""

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path

from . import account, demo, image, standins
from .debian import Packages
from .engine import Engine
from .project import REPOSITORY, Project, images
from .report import Report


def main() -> int:
    parser = argparse.ArgumentParser(prog="make containers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="keep stand-ins and what was built")
    keep = parser.parse_args().keep
    if os.geteuid() != 0:
        sys.exit("make containers needs root: it starts a container engine and makes root file systems")
    # As Ctrl-C, so that what was started is ended.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    work = REPOSITORY / "target/containers"
    work.mkdir(parents=True, exist_ok=True)
    report = Report()
    engine = Engine(work, Packages(work / "debian"))
    try:
        return checked(engine, work, report, keep)
    finally:
        engine.stop()
        if not keep:
            shutil.rmtree(work)


def checked(engine: Engine, work: Path, report: Report, keep: bool) -> int:
    packages = Packages(work / "debian")
    made = standins.provide(engine, packages, work, images())
    report.figure("engine", engine.description())
    report.figure("stand-ins", ", ".join(made) or "none")
    try:
        image.build(engine, report)
        if report.failures:
            return report.summary()
        image.check(engine, report)
        services(engine, work, report)
    finally:
        if not keep:
            engine.outcome("rmi", image.IMAGE, *made)
    if made:
        print("\nStand-ins show nothing of the real Grafana, nor of versions of Prometheus and Alertmanager that Debian does not have.")
    return report.summary()


def services(engine: Engine, work: Path, report: Report) -> None:
    project = Project(engine, work, image.IMAGE)
    try:
        demo.check(project, report)
        busybox = next(name for name in images() if name.startswith("prom/prometheus:"))
        zendesk = account.Zendesk(project, busybox)
        try:
            account.check_alone(project, zendesk, work, report)
            account.check(project, zendesk, report)
        finally:
            project.remove()
            zendesk.remove()
    finally:
        project.remove()


sys.exit(main())
