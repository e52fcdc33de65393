#!/usr/bin/env python3
"""Types the documented commands in a machine with systemd, and checks what comes of them: `make systemd`.

Needs root, Debian's debootstrap and systemd-container, and a Debian mirror for the first run. The machine is a container of
systemd-nspawn without a network: simulated accounts answer on loopback as https://acme.zendesk.com and https://globex.zendesk.com,
so that the commands of docs/installation.md, docs/backup.md and docs/upgrading.md are typed as they stand there. Only a date in
the name of a file is replaced by today's.

Prints one line for each check. The exit code is 1 if one fails.
"""

import contextlib
import datetime
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = REPOSITORY / "target/systemd"
BASE = WORK / "debian"
ROOT = WORK / "root"
PACKAGES = "systemd,systemd-sysv,dbus,curl,ca-certificates,procps,stunnel4,openssl,man-db,bash-completion"

CONTROL_GROUPS = [pathlib.Path("/sys/fs/cgroup/unified"), pathlib.Path("/sys/fs/cgroup")]
CONTROL_GROUP = "zendesk-exporter-systemd"

STATES = "/var/lib/zendesk-exporter"
STATE = f"{STATES}/acme.zendesk.com.sqlite"
SETTINGS = "/etc/zendesk-exporter/zendesk-exporter.yml"
CONFIG = f"--config.file={SETTINGS}"
SECRET = "secret-of-acme"

# Everything in the machine that the exporter does not bring itself.
PREPARE = f"""
set -e
cd /root
names=subjectAltName=DNS:acme.zendesk.com,DNS:globex.zendesk.com
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=Simulator -keyout ca.key -out ca.pem 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=simulator -addext "$names" -keyout key.pem -out request.pem 2>/dev/null
openssl x509 -req -days 2 -copy_extensions copy -CA ca.pem -CAkey ca.key -in request.pem -out cert.pem 2>/dev/null
cp ca.pem /usr/local/share/ca-certificates/simulator.crt
update-ca-certificates >/dev/null 2>&1
cat key.pem cert.pem > both.pem
printf '127.0.0.1 localhost acme.zendesk.com\\n127.0.0.2 globex.zendesk.com\\n' > /etc/hosts
printf 'foreground = yes\\npid =\\ncert = /root/both.pem\\n[acme]\\naccept = 127.0.0.1:443\\nconnect = 127.0.0.1:8090\\n' > tls.conf
printf '[globex]\\naccept = 127.0.0.2:443\\nconnect = 127.0.0.1:8091\\n' >> tls.conf
start() {{ systemd-run --quiet --unit="$1" "${{@:2}}"; }}
start acme /root/archive/zendesk-simulator --tickets 3000 --requests-per-minute 0 --client-id prometheus --client-secret {SECRET}
start globex /root/archive/zendesk-simulator --listen-address 127.0.0.1:8091 --tickets 500 --requests-per-minute 0 \\
    --client-id prometheus --client-secret secret-of-globex
start tls stunnel4 /root/tls.conf
"""


class Failed(Exception):
    """A check that did not hold."""


def run(*command, **options) -> str:
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode:
        raise Failed(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


@contextlib.contextmanager
def machine():
    """A fresh machine, which is stopped and removed afterwards."""
    if not BASE.exists():
        new = WORK / "new"
        shutil.rmtree(new, ignore_errors=True)
        run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(new))
        new.rename(BASE)
    shutil.rmtree(ROOT, ignore_errors=True)
    run("cp", "--archive", str(BASE), str(ROOT))
    archive()
    command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--console=pipe"]
    with open(WORK / "console.log", "w") as console:
        booted = subprocess.Popen(
            [*command, f"--directory={ROOT}", "--boot"],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            preexec_fn=own_control_group,
            start_new_session=True,
        )
        try:
            yield Machine(booted)
        finally:
            booted.terminate()
            try:
                booted.wait(20)
            except subprocess.TimeoutExpired:
                booted.kill()
                booted.wait()
            shutil.rmtree(ROOT, ignore_errors=True)
            for group in [group for tree in CONTROL_GROUPS for group in tree.glob(f"{CONTROL_GROUP}/**/")][::-1]:
                group.rmdir()


def own_control_group():
    """Where no systemd runs on this machine, there is no group that the container's systemd could use."""
    for tree in CONTROL_GROUPS:
        if pathlib.Path("/run/systemd/system").exists() or not (tree / "cgroup.procs").exists():
            continue
        group = tree / CONTROL_GROUP
        group.mkdir(exist_ok=True)
        (group / "cgroup.procs").write_text(str(os.getpid()))
        os.environ["SYSTEMD_NSPAWN_UNIFIED_HIERARCHY"] = "1"
        return


def archive():
    """The archive of a release, unpacked as /root/archive."""
    built = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")) / "debug"
    packed = WORK / "packed"
    shutil.rmtree(packed, ignore_errors=True)
    run("bash", str(REPOSITORY / ".ci/pack"), "0.0.0", "local", str(built), str(packed))
    run("tar", "-xzf", str(packed / "zendesk-exporter-0.0.0-local.tar.gz"), "-C", str(ROOT / "root"))
    (ROOT / "root/zendesk-exporter-0.0.0-local").rename(ROOT / "root/archive")


class Machine:
    def __init__(self, booted: subprocess.Popen):
        wait_for("the end of the boot", lambda: self.has_booted(booted))

    def has_booted(self, booted: subprocess.Popen) -> bool:
        # The first children of systemd-nspawn are not the machine's init and end soon.
        self.leader = run("pgrep", "--parent", str(booted.pid)).split()[0]
        # Degraded: a unit of Debian's failed, which is no matter here.
        return self.ask("systemctl is-system-running").strip() in ("running", "degraded")

    def ask(self, script: str, typed: str = "") -> str:
        """What bash prints, whatever its exit code; `typed` is typed at the keyboard."""
        return self.bash(script, typed).stdout

    def do(self, script: str, typed: str = "") -> str:
        """The same, of a script in which nothing may fail."""
        done = self.bash("set -eo pipefail\ncd /root/archive\n" + script, typed)
        if done.returncode:
            raise Failed(f"{script}\nended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def bash(self, script: str, typed: str):
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        clean = ["env", "-i", f"PATH={path}", "HOME=/root", "SYSTEMD_PAGER=", "bash", "-c", script]
        command = ["nsenter", f"--target={self.leader}", "--all", *clean]
        return subprocess.run(command, text=True, input=typed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def value(self, unit_property: str) -> str:
        return self.ask(f"systemctl show zendesk-exporter --value --property={unit_property}").strip()

    def wait_for_accounts(self, *accounts: str):
        lines = [f'zendesk_up{{account="{account}"}} 1' for account in accounts]
        scrape = "curl --silent --max-time 5 localhost:10121/metrics"
        wait_for(f"{accounts} on the scrape", lambda: all(line in self.ask(scrape).splitlines() for line in lines))

    def log(self) -> str:
        return self.ask("journalctl --unit=zendesk-exporter --output=cat --no-pager")

    def wait_for_log(self, words: str, before: str):
        wait_for(words, lambda: words in self.log()[len(before):])


def wait_for(what: str, look):
    seen = None
    for _ in range(300):
        try:
            seen = look()
        except Failed as failed:
            seen = failed
        if seen and not isinstance(seen, Failed):
            return seen
        time.sleep(0.2)
    raise Failed(f"waited in vain for {what}: {seen}")


def check(holds, what: str):
    if not holds:
        raise Failed(what)


def blocks(page: str, heading: str) -> list[str]:
    """The commands below a heading of a page, each block as it would be typed."""
    text = (REPOSITORY / "docs" / page).read_text()
    start = re.search(rf"^(#+) {re.escape(heading)}\n", text, re.MULTILINE)
    check(start, f"{page} has no heading {heading!r}")
    rest = text[start.end():]
    end = re.search(rf"^#{{2,{max(len(start[1]), 3)}}} ", rest, re.MULTILINE)
    rest = rest[: end.start()] if end else rest
    found = []
    for indent, block in re.findall(r"^( *)```console\n(.*?)^ *```$", rest, re.MULTILINE | re.DOTALL):
        lines = [line.removeprefix(indent) for line in block.splitlines()]
        if lines[0].startswith("# "):
            found.append("\n".join(line.removeprefix("# ") for line in lines))
    check(found, f"{page} has no commands for root below {heading!r}")
    return [re.sub(r"\d{4}-\d\d-\d\d", str(datetime.date.today()), block) for block in found]


def install(host: Machine):
    """docs/installation.md ends in a unit that reads the account with the credential."""
    typed = [host.do(block, typed=SECRET + "\n") for block in blocks("installation.md", "Binary with systemd")]
    check("acme: the export can be read" in typed[2], typed[2])
    host.wait_for_accounts("acme")
    check('zendesk_up{account="acme"} 1' in typed[3], typed[3])
    user = host.ask("stat -c %u /proc/$(systemctl show zendesk-exporter --value --property=MainPID)").strip()
    check(user.isdigit() and user != "0", user)
    modes = host.ask(f"stat -L -c '%a %u' {STATES} {STATE}; stat -c '%a %u' /etc/zendesk-exporter/client_secret")
    check(modes.split() == ["700", user, "600", user, "600", "0"], modes)


def check_owners(host: Machine):
    """All files of the state belong to the owner of their directory, who is not root, and are private."""
    owner, *files = host.ask(f"stat -L -c '%u' {STATES}; stat -c '%u %a' {STATES}/*").splitlines()
    check(owner != "0" and files and set(files) == {f"{owner} 600"}, [owner, files])


def look_at_state(host: Machine):
    """`state` and `state verify` need no credentials, and find the states of the unit."""
    check(STATE in host.do(f"zendesk-exporter state {CONFIG}"), "another directory")
    host.do(f"zendesk-exporter state verify {CONFIG}")
    check_owners(host)
    # Files that SQLite makes for root while no exporter runs must not be in its way.
    host.do(f"systemctl stop zendesk-exporter; zendesk-exporter state {CONFIG}; zendesk-exporter state verify {CONFIG}")
    host.do(f"zendesk-exporter state backup {CONFIG} /root/of-a-stopped-one")
    check_owners(host)
    host.do("systemctl start zendesk-exporter")
    host.wait_for_accounts("acme")


def status_after_exit_2(host: Machine) -> str:
    """What systemd shows of a unit that ended with 2 and is not started again, after more than its RestartSec."""
    time.sleep(7)
    state = [host.value(it) for it in ["ActiveState", "NRestarts", "ExecMainStatus"]]
    check(state == ["failed", "0", "2"], state)
    return host.ask("systemctl status --no-pager --full zendesk-exporter")


def refuse_a_sample(host: Machine):
    """A copied sample ends the unit with 2, which systemd does not restart; `start` works again afterwards."""
    for sample in ["zendesk-exporter.yml", "minimal.yml"]:
        host.do(f"cp {SETTINGS} /root/good; cp config/{sample} {SETTINGS}")
        host.ask("systemctl restart zendesk-exporter")
        status = status_after_exit_2(host)
        check("accounts[0].subdomain" in status and "change-me" in status, status)
        host.do(f"cp /root/good {SETTINGS}; systemctl start zendesk-exporter")
        host.wait_for_accounts("acme")


def reload(host: Machine):
    """A reload takes good settings, and keeps the old ones in place of bad ones; a secret needs a restart."""
    before = host.log()
    host.do(f"echo 'log: {{ level: debug }}' >> {SETTINGS}; systemctl reload zendesk-exporter")
    host.wait_for_log("level=info target=zendesk_exporter::app::reload", before)
    before = host.log()
    host.do(f"echo 'lag: {{}}' >> {SETTINGS}; systemctl reload zendesk-exporter")
    host.wait_for_log("level=error target=zendesk_exporter::app::reload", before)
    host.do(f"cp /root/good {SETTINGS}; systemctl reload zendesk-exporter")
    host.do("printf wrong > /etc/zendesk-exporter/client_secret; systemctl reload zendesk-exporter")
    check(host.ask("cat /run/credentials/zendesk-exporter.service/client_secret") == SECRET, "the reload saw the secret")
    before = host.log()
    host.do("systemctl restart zendesk-exporter")
    host.wait_for_log("check client_id and client_secret", before)
    host.do(f"printf {SECRET} > /etc/zendesk-exporter/client_secret; systemctl restart zendesk-exporter")
    host.wait_for_accounts("acme")


def lose_the_credential(host: Machine):
    """A missing credential's file is tried again until it is there."""
    host.ask("mv /etc/zendesk-exporter/client_secret /root; systemctl restart zendesk-exporter")
    check(host.value("ExecMainStatus") == "243", host.value("ExecMainStatus"))
    host.do("mv /root/client_secret /etc/zendesk-exporter")
    host.wait_for_accounts("acme")


def back_up_and_restore(host: Machine):
    """docs/backup.md: a copy of mode 0600 while the exporter runs, and a restored state that its user can read."""
    for block in blocks("backup.md", "Back up"):
        host.do(block)
    copy = f"/var/backups/zendesk-exporter/acme-{datetime.date.today()}.sqlite"
    check(host.ask(f"stat -c '%a %u' {copy}").split() == ["600", "0"], "the copy's mode or owner")
    check_owners(host)
    restored = "\n".join(blocks("backup.md", "Restore"))
    host.do(restored)
    host.wait_for_accounts("acme")
    check_owners(host)
    # What a person might do instead: the file keeps root for an owner, as systemd looks at the directory alone.
    host.do(f"systemctl stop zendesk-exporter; cp {copy} {STATE}; chown root: {STATE}")
    host.ask("systemctl start zendesk-exporter")
    status = status_after_exit_2(host)
    check("belongs to user 0" in status, status)
    host.do(f"chown --reference={STATES}/. {STATE}; systemctl start zendesk-exporter")
    host.wait_for_accounts("acme")


def upgrade_and_go_back(host: Machine):
    """docs/upgrading.md, there and back."""
    old, new, back = blocks("upgrading.md", "With systemd")
    for block in [old, new]:
        host.do(block)
    host.wait_for_accounts("acme")
    host.do("rm -r /var/backups/zendesk-exporter/replaced")
    host.do(back)
    host.wait_for_accounts("acme")


def move(host: Machine):
    """docs/backup.md: a state that root put into a new directory belongs to the unit's user after the first start."""
    counting_since = host.do(f"zendesk-exporter state {CONFIG} | grep 'counting since'").strip()
    host.do(f"systemctl disable --now zendesk-exporter; rm -r /var/lib/private/zendesk-exporter {STATES}")
    host.do("cp /var/backups/zendesk-exporter/acme-*.sqlite .")
    for block in blocks("backup.md", "Move to another host"):
        host.do(block)
    host.wait_for_accounts("acme")
    check_owners(host)
    tickets = host.do(f"zendesk-exporter state {CONFIG}")
    check(counting_since in tickets, tickets)


def add_an_account(host: Machine):
    """docs/installation.md: a second account with a credential of its own."""
    secrets, unit = blocks("installation.md", "A second account")
    # Before its credential has its name, both accounts have none, and the log says why.
    settings = f"cp {SETTINGS} /root/good\nprintf -- '  - subdomain: globex\\n    auth: {{ client_id: prometheus }}\\n' >> {SETTINGS}"
    host.do(settings)
    host.ask("systemctl restart zendesk-exporter")
    check("the credential client_secret in /run/credentials" in host.log(), host.log())
    host.do(f"cp /root/good {SETTINGS}")
    host.do(secrets, typed="secret-of-globex\n")
    host.do(unit)
    host.wait_for_accounts("acme", "globex")
    host.do(f"zendesk-exporter state verify {CONFIG}")
    answer = host.bash(f"zendesk-exporter state backup {CONFIG} /root/copy", "")
    check(answer.returncode and "--account" in answer.stdout, answer.stdout)
    host.do(f"zendesk-exporter state backup {CONFIG} --account globex /root/copy")


def listen_by_socket(host: Machine):
    """docs/installation.md: no request is refused while the exporter restarts, and the socket can be removed."""
    add, remove = blocks("installation.md", "A socket")
    host.do(add)
    host.wait_for_accounts("acme", "globex")
    ask = "for _ in $(seq 60); do curl --silent --output /dev/null --write-out '%{http_code} ' localhost:10121/-/healthy; done"
    codes = host.do(f"({ask}) & sleep 0.1; systemctl restart zendesk-exporter; wait").split()
    check(set(codes) == {"200"} and len(codes) == 60, codes)
    host.do("systemctl stop zendesk-exporter.socket")
    check(host.value("ActiveState") == "inactive", host.value("ActiveState"))
    host.do("systemctl start zendesk-exporter")
    host.wait_for_accounts("acme", "globex")
    host.do(remove)
    host.wait_for_accounts("acme", "globex")


def print_the_manual(host: Machine):
    """docs/installation.md: the manual page and the completions on a stock Debian."""
    for block in blocks("installation.md", "Completions and the manual page"):
        host.do(block)
    check("--config.file" in host.do("MANPAGER=cat man zendesk-exporter"), "no manual page")
    host.do("bash -n /usr/share/bash-completion/completions/zendesk-exporter")


STEPS = [
    install,
    look_at_state,
    refuse_a_sample,
    reload,
    lose_the_credential,
    back_up_and_restore,
    upgrade_and_go_back,
    move,
    add_an_account,
    listen_by_socket,
    print_the_manual,
]


def main() -> int:
    missing = [tool for tool in ["debootstrap", "systemd-nspawn", "nsenter"] if not shutil.which(tool)]
    if missing or os.geteuid():
        print("run this as root, with debootstrap and systemd-nspawn (Debian: debootstrap, systemd-container)", file=sys.stderr)
        return 2
    WORK.mkdir(parents=True, exist_ok=True)
    failures = 0
    with machine() as host:
        print(host.ask("systemctl --version").splitlines()[0])
        host.do(PREPARE)
        for step in STEPS:
            began = time.monotonic()
            # More starts within ten seconds than people make would be refused.
            host.ask("systemctl reset-failed")
            try:
                step(host)
                word = "ok"
            except Failed as failed:
                failures += 1
                word = f"FAILED\n{failed}"
            print(f"{step.__doc__} {time.monotonic() - began:.1f} s: {word}", flush=True)
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
