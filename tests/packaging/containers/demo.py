"""The profile `demo`: thirty days, and what a restart leaves of them."""

import json
import os
import signal
import time

from .engine import wait_for
from .project import Project, get, sample
from .report import Report, expect, megabytes

PROFILE = "demo"
EXPORTER = "exporter-demo"

# Scrapes are a quarter of an hour apart, and a minute in the last six hours.
SCRAPES_MIN = 29 * 24 * 4 + 6 * 60

STOP_SECONDS_MAX = 5


def check(project: Project, report: Report) -> None:
    volumes = unnamed_volumes(project)
    rules = project.directory / "deploy/compose/rules"
    watchdog = project.directory / "config/prometheus/optional/watchdog.yml"
    (rules / watchdog.name).write_text(watchdog.read_text())
    with report.check("docker compose --profile demo up --detach: every service is healthy"):
        begin = time.monotonic()
        project.compose(PROFILE, "up", "--detach")
        report.figure("demo: `up` returns after", f"{time.monotonic() - begin:.0f} s")
        project.wait_until_healthy(PROFILE)
        report.figure("demo: all services healthy after", f"{time.monotonic() - begin:.0f} s")
    data(project, report)
    alerting(project, report)
    restarts(project, report)
    again(project, report)
    with report.check("docker compose --profile demo down --volumes leaves nothing behind"):
        project.compose(PROFILE, "down", "--volumes")
        label = f"label=com.docker.compose.project={project.environment['COMPOSE_PROJECT_NAME']}"
        for kind, every in [("container", ["--all"]), ("volume", []), ("network", [])]:
            left = project.engine.docker(kind, "ls", *every, "--quiet", "--filter", label)
            expect(not left, f"a {kind} is left: {left}")
        expect(unnamed_volumes(project) <= volumes, "a volume without a name is left")


def unnamed_volumes(project: Project) -> set[str]:
    """Volumes that no container uses: those that images ask for have no label."""
    return set(project.engine.docker("volume", "ls", "--quiet", "--filter", "dangling=true").split())


def data(project: Project, report: Report) -> None:
    with report.check("thirty days are on Prometheus, and go on without a reset of a counter"):
        # The first live scrape comes with the first interval.
        wait_for("a live scrape", 60, lambda: project.number('time() - timestamp(zendesk_up{account="demo"} == 1) < 60') is not None)
        scrapes = project.number('sum(count_over_time(up{job="zendesk"}[31d]))')
        days = project.number('(time() - min_over_time(timestamp(up{job="zendesk"})[31d:1h])) / 86400')
        expect(scrapes >= SCRAPES_MIN, f"{scrapes} scrapes")
        expect(29.9 < days < 30.2, f"{days} days")
        expect(project.number("sum(resets(zendesk_tickets_created_total[31d]))") == 0, "a counter was reset")
        expect(project.number("count(zendesk_unsolved_tickets)") > 20, "there are no tickets")
        created = project.number("sum(increase(zendesk_tickets_created_total[30d]))")
        report.figure("demo: scrapes on Prometheus", f"{scrapes:.0f} over {days:.1f} days, {created:.0f} tickets created")
    with report.check("every service runs with a read-only root, without capabilities and as another user than root"):
        for service, container in project.containers(PROFILE).items():
            settings = container["HostConfig"]
            expect(settings["ReadonlyRootfs"] and settings["CapDrop"] == ["ALL"], service)
            expect(container["Config"]["User"].split(":")[0] not in ("", "0"), service)
    with report.check("Grafana reaches its data source and reads its files"):
        container = project.container(PROFILE, "grafana-demo")["Id"]
        answer = project.engine.docker("exec", container, "wget", "-qO-", "http://prometheus:9090/api/v1/query?query=zendesk_up")
        expect('"account":"demo"' in answer, answer)
        said = project.engine.outcome("logs", container)[1]
        expect("NOT " not in said, said)
    for service in (EXPORTER, "prometheus-demo"):
        now, most = project.rss(PROFILE, service)
        report.figure(f"demo: memory of {service}", f"{megabytes(now)} now, {megabytes(most)} at most")


def alerting(project: Project, report: Report) -> None:
    with report.check("no rule has an error"):

        def look():
            groups = json.loads(get(project.address("prometheus", "/api/v1/rules")))["data"]["groups"]
            rules = [rule for group in groups for rule in group["rules"]]
            unknown = [rule["name"] for rule in rules if rule["health"] != "ok"]
            return (None, unknown) if unknown else rules

        rules = wait_for("every rule to be evaluated", 90, look, pause=1)
        expect(len(rules) >= 34, f"{len(rules)} rules")
        failed = project.number("sum(prometheus_rule_evaluation_failures_total)")
        expect(failed == 0, f"{failed} evaluations failed")
    with report.check("the Watchdog, enabled as documented, arrives in Alertmanager with a link that can be opened"):

        def look():
            alerts = json.loads(get(project.address("alertmanager", "/api/v2/alerts")))
            found = [alert for alert in alerts if alert["labels"]["alertname"] == "Watchdog"]
            return found or (None, [alert["labels"]["alertname"] for alert in alerts])

        watchdog = wait_for("the Watchdog", 180, look, pause=1)[0]
        expect(watchdog["generatorURL"].startswith(project.address("prometheus", "/graph")), watchdog["generatorURL"])


def made(project: Project) -> float:
    """When the account that is read was made, by its own clock."""
    return sample(project.metrics(), "zendesk_exporter_state_created_timestamp_seconds")


def wait_until_read(project: Project, before: float, report: Report, what: str) -> None:
    """Waits until the exporter is healthy and reads another account than that made at `before`."""
    begin = time.monotonic()
    project.wait_until_healthy(PROFILE, EXPORTER)
    text = project.metrics()
    report.figure(f"demo: healthy after {what}", f"{time.monotonic() - begin:.0f} s")
    expect(sample(text, "zendesk_up") == 1, "zendesk_up is 0")
    expect(made(project) > before, "it is the account of before")
    expect(sample(text, "zendesk_unsolved_tickets") > 100, "there are no tickets")
    data = "zendesk_exporter_data_timestamp_seconds"
    wait_for("data that is newer", 60, lambda: sample(project.metrics(), data) > sample(text, data))


def restarts(project: Project, report: Report) -> None:
    engine = project.engine
    container = project.container(PROFILE, EXPORTER)["Id"]

    with report.check(f"docker stop of the exporter ends it in less than {STOP_SECONDS_MAX} s with exit code 0"):
        before, begin = made(project), time.monotonic()
        engine.docker("stop", container)
        seconds = time.monotonic() - begin
        state = engine.inspect(container)["State"]
        report.figure("demo: stop of the exporter", f"{seconds:.2f} s, exit code {state['ExitCode']}")
        expect(seconds < STOP_SECONDS_MAX and state["ExitCode"] == 0, state)
    with report.check("docker start of the exporter alone: a new account, healthy and reading"):
        engine.docker("start", container)
        wait_until_read(project, before, report, "docker start")
    with report.check("docker restart of the exporter alone: a new account, healthy and reading"):
        before = made(project)
        engine.docker("restart", container)
        wait_until_read(project, before, report, "docker restart")
    with report.check("a crash of the exporter (kill -9): the engine starts it, a new account, healthy and reading"):
        before = made(project)
        state = engine.inspect(container)["State"]
        os.kill(state["Pid"], signal.SIGKILL)
        wait_for("another process", 30, lambda: engine.inspect(container)["State"]["StartedAt"] != state["StartedAt"])
        wait_until_read(project, before, report, "kill -9")
    with report.check("docker kill --signal KILL, then docker start: a new account, healthy and reading"):
        before = made(project)
        engine.docker("kill", "--signal", "KILL", container)
        engine.docker("start", container)
        wait_until_read(project, before, report, "docker kill and docker start")
    with report.check("Prometheus counts on over the restarts"):
        expression = 'time() - timestamp(zendesk_up{account="demo"} == 1) < 30'
        wait_for("a scrape of the latest account", 60, lambda: project.number(expression) is not None)
        expect(project.number("sum(increase(zendesk_tickets_created_total[30m]))") > 0, "no ticket was created")


def again(project: Project, report: Report) -> None:
    with report.check("docker compose up once more loads nothing twice"):
        scrapes = 'sum(count_over_time(up{job="zendesk"}[31d] offset 1h))'
        before = project.number(scrapes)
        project.compose(PROFILE, "up", "--detach")
        loader = project.container(PROFILE, "past")
        expect(loader["State"]["ExitCode"] == 0, loader["State"])
        said = project.engine.docker("logs", loader["Id"])
        expect(said.count("the past in") == 1 and "nothing is loaded" in said, said)
        # An hour ago moves on meanwhile, by minutes.
        expect(abs(project.number(scrapes) - before) < 10, f"{before} scrapes before, {project.number(scrapes)} now")
    with report.check("down and up without --volumes: the thirty days are still there, healthy and reading"):
        before = made(project)
        project.compose(PROFILE, "down")
        begin = time.monotonic()
        project.compose(PROFILE, "up", "--detach")
        project.wait_until_healthy(PROFILE)
        report.figure("demo: all services healthy after down and up", f"{time.monotonic() - begin:.0f} s")
        wait_until_read(project, before, report, "down and up")
        expect(project.number(scrapes) >= SCRAPES_MIN - 120, project.number(scrapes))
