"""Stand-ins for the images that Dockerfile and docker-compose.yml name, for machines that reach no registry.

They are made of Debian's packages and have the users, directories and programs of the real images. Grafana is not in Debian: its
stand-in only says what it cannot read or write, and answers the health check.
"""

import os
import re
import shutil
from pathlib import Path

from .debian import Packages, run
from .engine import Engine

PATH = "ENV PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# What the images of Prometheus and Grafana have of busybox and what is used here.
APPLETS = "sh awk cat chmod echo find gunzip httpd id ls mkdir mv nc rm sleep touch wget"

GRAFANA = r"""#!/bin/sh
for directory in /var/lib/grafana /var/log/grafana /tmp; do
    touch "$directory/written" || echo "NOT WRITABLE $directory"
done
find /etc/grafana/provisioning /var/lib/grafana/dashboards -type f | while read -r file; do
    cat "$file" > /dev/null || echo "NOT READABLE $file"
done
[ -f "$GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH" ] || echo "NOT THERE $GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"
trap 'exit 0' TERM
httpd -f -p 3000 -h /www &
wait
"""


def provide(engine: Engine, packages: Packages, work: Path, images: list[str]) -> list[str]:
    """Sees to it that the engine has these images: pulls what it lacks, or makes a stand-in. Returns those made."""
    made = []
    reachable = True
    for image in images:
        if engine.has(image):
            continue
        if reachable:
            reachable = engine.pull(image)
        if not reachable:
            make(engine, packages, work / "roots", image)
            made.append(image)
    return made


def make(engine: Engine, packages: Packages, roots: Path, image: str) -> None:
    """Makes the stand-in of an image under its name."""
    makers = {
        "rust:": rust,
        "gcr.io/distroless/cc-debian13:nonroot": distroless,
        "prom/prometheus:": prometheus,
        "prom/alertmanager:": alertmanager,
        "grafana/grafana:": grafana,
    }
    maker = next((maker for start, maker in makers.items() if image.startswith(start)), None)
    if maker is None:
        raise RuntimeError(f"there is no stand-in for {image}: add one to {__file__}")
    root = roots / re.sub(r"\W+", "-", image)
    done = root.with_suffix(".done")
    if root.exists() and not done.exists():
        shutil.rmtree(root)
    changes = maker(packages, root, image)
    done.touch()
    engine.import_root(root, image, changes)


def rust(packages: Packages, root: Path, image: str) -> list[str]:
    """The toolchain as the official image has it: without clippy and rustfmt. The machine's certificates and cargo settings go in
    as well, for networks with a mirror or a proxy of their own."""
    version = re.match(r"rust:([\d.]+)-", image)[1]
    if not root.exists():
        packages.bootstrap(root, "build-essential", "ca-certificates")
        for certificate in Path("/usr/local/share/ca-certificates").glob("*.crt"):
            shutil.copy(certificate, root / "usr/local/share/ca-certificates")
        run("chroot", str(root), "update-ca-certificates")
        cargo, rustup = root / "usr/local/cargo", root / "usr/local/rustup"
        shutil.copytree(Path(shutil.which("rustup")).parent, cargo / "bin", symlinks=True)
        settings = Path.home() / ".cargo/config.toml"
        if settings.exists():
            shutil.copy(settings, cargo)
        environment = os.environ | {"RUSTUP_HOME": str(rustup), "CARGO_HOME": str(cargo)}
        environment.pop("RUSTUP_TOOLCHAIN", None)
        run("rustup", "toolchain", "install", version, "--profile", "minimal", "--no-self-update", env=environment)
    return [PATH, "ENV RUSTUP_HOME=/usr/local/rustup", "ENV CARGO_HOME=/usr/local/cargo", f"ENV RUST_VERSION={version}"]


def users(root: Path, *names: tuple[str, int, int]) -> None:
    """The users of an image: name, user and group."""
    everybody = [("root", 0, 0), *names]
    lines = [f"{name}:x:{user}:{group}::/:/sbin/nologin\n" for name, user, group in everybody]
    (root / "etc/passwd").write_text("".join(lines))
    groups = [f"{name}:x:{group}:\n" for name, user, group in everybody if user == group]
    (root / "etc/group").write_text("".join(groups))


def directory(root: Path, path: str, owner: int, mode: int, group: int | None = None) -> None:
    """A directory of an image."""
    made = root / path
    made.mkdir(parents=True, exist_ok=True)
    os.chown(made, owner, owner if group is None else group)
    made.chmod(mode)


def distroless(packages: Packages, root: Path, _image: str) -> list[str]:
    """Libraries, certificates, time zones and users; no program at all."""
    if not root.exists():
        packages.unpack(root, "base-files", "libc6", "libgcc-s1", "libstdc++6", "libgomp1", "ca-certificates", "tzdata", "netbase")
        for programs in ("usr/bin", "usr/sbin"):
            for program in (root / programs).iterdir():
                program.unlink()
        for part in ("doc", "man", "locale", "lintian", "info"):
            shutil.rmtree(root / "usr/share" / part, ignore_errors=True)
        certificates = sorted((root / "usr/share/ca-certificates").rglob("*.crt"))
        bundle = root / "etc/ssl/certs/ca-certificates.crt"
        bundle.parent.mkdir(parents=True, exist_ok=True)
        bundle.write_text("".join(certificate.read_text() for certificate in certificates))
        users(root, ("nobody", 65534, 65534), ("nonroot", 65532, 65532))
        directory(root, "tmp", 0, 0o1777)
        directory(root, "home/nonroot", 65532, 0o700)
    path = PATH.replace("/usr/local/cargo/bin:", "")
    return [path, "USER 65532", "WORKDIR /home/nonroot", "ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"]


def busybox(packages: Packages, root: Path, *more: str) -> None:
    """A system with busybox, and the programs of packages."""
    packages.unpack(root, "base-files", "libc6", "busybox-static", *more)
    for applet in APPLETS.split():
        (root / "usr/bin" / applet).symlink_to("busybox")
    users(root, ("nobody", 65534, 65534), ("grafana", 472, 0))
    directory(root, "tmp", 0, 0o1777)


def served(program: str, port: int) -> list[str]:
    """What the images of Prometheus and Alertmanager say about themselves."""
    return ["USER nobody", f"WORKDIR /{program}", f"VOLUME /{program}", f"EXPOSE {port}", f'ENTRYPOINT ["/bin/{program}"]']


def prometheus(packages: Packages, root: Path, _image: str) -> list[str]:
    """Debian's Prometheus and promtool, which are two packages."""
    if not root.exists():
        busybox(packages, root, "prometheus", "promtool")
        directory(root, "prometheus", 65534, 0o775)
        directory(root, "etc/prometheus", 65534, 0o755)
    return served("prometheus", 9090)


def alertmanager(packages: Packages, root: Path, _image: str) -> list[str]:
    """Debian's Alertmanager and amtool."""
    if not root.exists():
        busybox(packages, root, "prometheus-alertmanager")
        (root / "usr/bin/prometheus-alertmanager").rename(root / "usr/bin/alertmanager")
        directory(root, "alertmanager", 65534, 0o755)
        directory(root, "etc/alertmanager", 65534, 0o755)
    return served("alertmanager", 9093)


def grafana(packages: Packages, root: Path, _image: str) -> list[str]:
    """No Grafana: says what a Grafana could not read or write, and answers /api/health."""
    if not root.exists():
        busybox(packages, root)
        directory(root, "etc/grafana", 0, 0o755)
        directory(root, "var/lib/grafana", 472, 0o777, 0)
        directory(root, "var/log/grafana", 472, 0o777, 0)
        directory(root, "www/api", 0, 0o755)
        (root / "www/api/health").write_text('{"database":"ok"}\n')
        (root / "run.sh").write_text(GRAFANA)
        (root / "run.sh").chmod(0o755)
    return ["USER 472", "EXPOSE 3000", 'ENTRYPOINT ["/run.sh"]']
