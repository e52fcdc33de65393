"""The profile `account` and the image alone, by the commands of docs/installation.md, against a simulated account."""

import json
import re
import subprocess
import time
from pathlib import Path

from .engine import wait_for
from .image import IMAGE
from .project import REPOSITORY, Project, get, sample, version
from .report import Report, expect, megabytes

PROFILE = "account"

SECRET = "simulator-secret"

# A simulated account for containers: a demo listens on its own loopback, so busybox hands on to it what comes from outside.
FORWARD = r"""
port=
while [ -z "$port" ]; do
    for hex in $(awk '$4 == "0A" && $2 ~ /^0100007F:/ { print substr($2, 10) }' /proc/net/tcp); do
        [ $((0x$hex)) -eq 10122 ] || port=$((0x$hex))
    done
    sleep 0.2
done
exec nc -ll -p 8090 -e nc 127.0.0.1 "$port"
"""

# Where the documentation has acme.zendesk.com, this has the simulated account.
INSTEAD = {
    "ZENDESK_SUBDOMAIN": "",
    "ZENDESK_CLIENT_ID": "simulator",
    "ZENDESK_BASE_URL": "http://zendesk:8090",
    "ZENDESK_ALLOW_HTTP": "true",
}

SETTINGS = """
accounts:
  - name: desk
    base_url: http://zendesk:8090
    allow_http: true
    auth: { client_id: simulator }
    export: { support_type_scope: all }
"""


class Zendesk:
    """A simulated account that containers of the networks it is connected to reach as `zendesk:8090`."""

    def __init__(self, project: Project, busybox: str) -> None:
        self.engine = project.engine
        demo = ["demo", "--web.listen-address=127.0.0.1:10122"]
        self.network = self.engine.docker("network", "create", "zendesk-exporter-checked-zendesk").strip()
        self.containers = []
        try:
            joined = ["--network", self.network, "--network-alias", "zendesk"]
            zendesk = self.engine.docker("run", "--detach", *joined, "--tmpfs", "/tmp", IMAGE, *demo).strip()
            self.containers.append(zendesk)
            beside = ["--network", f"container:{zendesk}", "--user", "65534", "--entrypoint", "/bin/sh"]
            self.containers.append(self.engine.docker("run", "--detach", *beside, busybox, "-c", FORWARD).strip())
        except RuntimeError:
            self.remove()
            raise

    def remove(self) -> None:
        if self.containers:
            self.engine.docker("rm", "--force", "--volumes", *self.containers)
        self.engine.docker("network", "rm", self.network)


def blocks(section: str) -> list[str]:
    """The commands of the console blocks of a section of docs/installation.md."""
    text = (REPOSITORY / "docs/installation.md").read_text()
    part = re.search(rf"^## {section}.*?(?=^## )", text, re.MULTILINE | re.DOTALL)[0]
    found = re.findall(r"^```console\n(.*?)^```", part, re.MULTILINE | re.DOTALL)
    return [re.sub(r"^\$ ", "", block, flags=re.MULTILINE) for block in found]


def typed(commands: str, directory: Path, environment: dict[str, str]) -> str:
    """Runs commands as somebody types them, in one bash; the secret is typed where it is asked for."""
    asked = f"read() {{ SECRET={SECRET}; }}\n"
    done = subprocess.run(
        ["bash", "-ec", asked + commands], cwd=directory, env=environment, capture_output=True, text=True, umask=0o077
    )
    expect(done.returncode == 0, f"{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def check_alone(project: Project, zendesk: Zendesk, work: Path, report: Report) -> None:
    """The section Docker, typed into a new directory."""
    engine = project.engine
    name, image, port = "zendesk-exporter-checked", "ghcr.io/zendesk-exporter/zendesk-exporter:latest", project.ports["exporter"]
    with report.check("the commands of docs/installation.md, Docker, start an exporter that reads"):
        instead = {
            "--env ZENDESK_SUBDOMAIN=acme": f"--network {zendesk.network} --env ZENDESK_BASE_URL=http://zendesk:8090 --env ZENDESK_ALLOW_HTTP=true",
            "ZENDESK_CLIENT_ID=prometheus": "ZENDESK_CLIENT_ID=simulator",
            "127.0.0.1:10121:": f"127.0.0.1:{port}:",
            "localhost:10121": f"localhost:{port}",
            "--name zendesk-exporter": f"--name {name}",
            "exec zendesk-exporter": f"exec {name}",
            "logs zendesk-exporter": f"logs {name}",
            "zendesk-state:": f"{name}-state:",
        }
        commands = blocks("Docker")
        for documented, used in instead.items():
            expect(documented in "".join(commands), f"{documented} is not in the commands")
            commands = [block.replace(documented, used) for block in commands]
        had_image = engine.has(image)
        if not had_image:
            engine.docker("tag", IMAGE, image)
        directory = work / "new directory"
        directory.mkdir(exist_ok=True)
        try:
            # The last of these is `check --online`, whose exit code says how it went.
            typed("".join(commands[:-1]), directory, engine.environment)
            wait_for("rows of tickets", 60, lambda: sample(project.metrics(), "zendesk_exporter_rows_total") > 0)
            said = typed(commands[-1], directory, engine.environment)
            expect('zendesk_up{account="zendesk"} 1' in said and f"version={version()}" in said, said)
            state = engine.docker("exec", name, "/zendesk-exporter", "state")
            expect("/var/lib/zendesk-exporter/" in state, state)
        finally:
            engine.outcome("rm", "--force", name)
            engine.outcome("volume", "rm", f"{name}-state")
            if not had_image:
                engine.outcome("rmi", image)


def override(project: Project, zendesk: Zendesk, environment: dict[str, str]) -> None:
    """Has the services of the profile in the network where the simulated account is."""
    settings = {
        "services": {"exporter": {"environment": environment}},
        "networks": {"account": {"name": "zendesk-exporter-checked-zendesk", "external": True}},
    }
    (project.directory / "docker-compose.override.yml").write_text(json.dumps(settings))


def check(project: Project, zendesk: Zendesk, report: Report) -> None:
    """The section Compose, typed into the unpacked archive."""
    override(project, zendesk, INSTEAD)
    with report.check("the commands of docs/installation.md, Compose, with a secret of mode 0444: every service is healthy"):
        commands = "".join(blocks("Compose")[2:])
        expect("check --online" in commands, commands)
        begin = time.monotonic()
        typed(commands, project.directory, project.environment)
        project.wait_until_healthy(PROFILE)
        report.figure("account: all services healthy after", f"{time.monotonic() - begin:.0f} s")
    reading(project, report)
    with report.check("down --volumes of the demo touches nothing of the account that runs"):
        before = project.containers(PROFILE)
        project.compose("demo", "down", "--volumes")
        for service, container in before.items():
            now = project.engine.inspect(container["Id"])
            expect(now["State"]["StartedAt"] == container["State"]["StartedAt"], service)
    settings_file(project, zendesk, report)
    unreadable(project, report)
    with report.check("the account's data outlives its services, and down --volumes of the demo"):
        project.compose(PROFILE, "down")
        project.compose("demo", "down", "--volumes")
        for volume in ("state", "prometheus", "alertmanager", "grafana"):
            name = f"{project.environment['COMPOSE_PROJECT_NAME']}_{volume}"
            expect(project.engine.works("volume", "inspect", name), f"{name} is gone")


def reading(project: Project, report: Report) -> None:
    with report.check("Prometheus has the account and nothing simulated but it"):
        # 20,000 tickets at 8,000 a minute.
        wait_for("the end of the first sync", 300, lambda: project.number("sum(zendesk_unsolved_tickets)"), pause=1)
        accounts = project.query("group by (account, instance) (zendesk_up)")
        expect([one["metric"] for one in accounts] == [{"account": "zendesk", "instance": "zendesk-exporter"}], accounts)
        past = project.query('{job="zendesk"} offset 1h')
        expect(not past, past[:3])
    with report.check("the state outlives a restart of the exporter"):
        container = project.container(PROFILE, "exporter")["Id"]
        made = sample(project.metrics(), "zendesk_exporter_state_created_timestamp_seconds")
        project.engine.docker("restart", container)
        project.wait_until_healthy(PROFILE, "exporter")
        text = project.metrics()
        expect(sample(text, "zendesk_exporter_state_created_timestamp_seconds") == made, "the state is new")
        expect(sample(text, "zendesk_unsolved_tickets") > 100, "there are no tickets")
        now, most = project.rss(PROFILE, "exporter")
        report.figure("account: memory of exporter", f"{megabytes(now)} now, {megabytes(most)} at most")
    with report.check("there is nobody to log in as in Grafana, and every dashboard can be seen"):
        environment = project.container(PROFILE, "grafana")["Config"]["Env"]
        expect("GF_AUTH_DISABLE_LOGIN_FORM=true" in environment and "GF_AUTH_BASIC_ENABLED=false" in environment, environment)
        expect(json.loads(get(project.address("grafana", "/api/health")))["database"] == "ok", "Grafana does not answer")


def settings_file(project: Project, zendesk: Zendesk, report: Report) -> None:
    with report.check("a settings file in deploy/compose/exporter is read"):
        (project.directory / ".env").unlink()
        override(project, zendesk, {})
        file = project.directory / "deploy/compose/exporter/zendesk-exporter.yml"
        file.write_text(SETTINGS)
        file.chmod(0o444)
        project.compose(PROFILE, "up", "--detach")
        project.wait_until_healthy(PROFILE, "exporter")
        wait_for("the account", 60, lambda: 'zendesk_up{account="desk"} 1' in project.metrics())


def unreadable(project: Project, report: Report) -> None:
    with report.check("a secret of mode 0600 ends the exporter with exit code 2, which names the user who must be able to read it"):
        (project.directory / "secrets/zendesk_client_secret").chmod(0o600)
        project.outcome(PROFILE, "up", "--detach", "--force-recreate", "exporter")

        def look():
            container = project.container(PROFILE, "exporter")
            said = project.engine.outcome("logs", container["Id"])[1]
            is_told = "Permission denied" in said and "user 65532 must be able to read it" in said
            is_over = container["State"]["ExitCode"] == 2
            return True if is_told and is_over else (None, (container["State"]["ExitCode"], said[-500:]))

        wait_for("the error", 30, look)
    with report.check("once the secret can be read, the exporter reads again without another command"):
        (project.directory / "secrets/zendesk_client_secret").chmod(0o444)
        project.wait_until_healthy(PROFILE, "exporter")
        wait_for("the account", 60, lambda: 'zendesk_up{account="desk"} 1' in project.metrics())
