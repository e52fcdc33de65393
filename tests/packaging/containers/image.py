"""The image by itself."""

import os
import time

from .engine import Engine, wait_for
from .project import REPOSITORY, version
from .report import Report, expect, megabytes

IMAGE = "zendesk-exporter:checked"

# The default bridge is one for all engines of a machine, and the last that started says whether it is there.
ALONE = ["--network", "none"]

REVISION = "0123456789abcdef0123456789abcdef01234567"


def build(engine: Engine, report: Report) -> None:
    begin = time.monotonic()
    with report.check("the image is built from the Dockerfile as it is"):
        # Without BuildKit's network: where crates come through a proxy of this machine, only its own network reaches it.
        arguments = ["--network", "host", "--build-arg", f"REVISION={REVISION}", "--build-arg", f"VERSION={version()}"]
        said = engine.outcome("build", *arguments, "--tag", IMAGE, REPOSITORY)
        expect(said[0] == 0, said[1][-2_000:])
        expect("syncing channel updates" not in said[1], "a toolchain was downloaded")
    report.figure("build of the image", f"{time.monotonic() - begin:.0f} s")
    report.figure("size of the image", megabytes(engine.inspect(IMAGE)["Size"]))


def check(engine: Engine, report: Report) -> None:
    with report.check("the image says what it is made of"):
        labels = engine.inspect(IMAGE)["Config"]["Labels"]
        expect(labels["org.opencontainers.image.version"] == version(), labels)
        said = engine.docker("run", "--rm", *ALONE, IMAGE, "--version")
        expect(said == f"zendesk-exporter {version()}\n", said)

    with report.check("a new volume for the state is of the exporter's user alone"):
        volume = engine.docker("volume", "create").strip()
        try:
            engine.docker("run", "--rm", *ALONE, "--volume", f"{volume}:/var/lib/zendesk-exporter", IMAGE, "--version")
            place = engine.docker("volume", "inspect", "--format", "{{ .Mountpoint }}", volume).strip()
            seen = os.stat(place)
            expect((seen.st_uid, oct(seen.st_mode & 0o777)) == (65532, "0o700"), seen)
        finally:
            engine.docker("volume", "rm", volume)

    with report.check("any user may look for a settings file"):
        code, said = engine.outcome("run", "--rm", *ALONE, "--user", "1234", IMAGE, "check")
        # It misses an account, and not the right to look for the file.
        expect(code == 2 and "ZENDESK_SUBDOMAIN" in said and "ermission" not in said, said)

    with report.check("the health check sees what the environment sets, and flags only if they are repeated"):
        health(engine)


def health(engine: Engine) -> None:
    settings = ["--env", "ZENDESK_BASE_URL=http://127.0.0.1:1", "--env", "ZENDESK_ACCESS_TOKEN=t0ken"]
    port = ["--env", "ZENDESK_EXPORTER_WEB__LISTEN_ADDRESS=:9999"]
    by_variable = engine.docker("run", "--detach", *ALONE, *settings, *port, IMAGE).strip()
    by_flag = engine.docker("run", "--detach", *ALONE, *settings, IMAGE, "--web.listen-address=:9999").strip()
    ask = ["/zendesk-exporter", "healthcheck"]
    try:
        for container, flags in [(by_variable, []), (by_flag, ["--web.listen-address=:9999"])]:
            wait_for("an answer", 20, lambda: engine.outcome("exec", container, *ask, *flags)[0] == 0)
        code, said = engine.outcome("exec", by_flag, *ask)
        expect(code == 1 and "http://localhost:10121/-/healthy" in said, said)
    finally:
        engine.docker("rm", "--force", "--volumes", by_variable, by_flag)
