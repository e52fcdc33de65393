"""Packages of Debian 13, whatever Debian this machine has: apt reads and verifies them in a directory of its own."""

import os
import re
import shutil
import subprocess
from pathlib import Path

# The release that the image's base is made of, and whose Compose, Prometheus and Alertmanager are the newest that Debian has.
RELEASE = "trixie"

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def run(*command: str, **options) -> str:
    """Runs a command to its end and returns what it printed; what it said goes into the exception if it fails."""
    done = subprocess.run(command, text=True, capture_output=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:6])} …: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def install(package: str) -> None:
    """Installs a package on this machine if its program is missing."""
    programs = {"docker.io": "dockerd", "debootstrap": "debootstrap"}
    if not shutil.which(programs[package]):
        print(f"installing {package} (Debian package)", flush=True)
        run("apt-get", "update", "-qq")
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", package, env=environment)


def mirror() -> str:
    """Where this machine gets Debian from."""
    sources = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages", "Origin: Debian")
    for line in sources.splitlines():
        uri, codename = line.split()
        if not re.search(r"security|updates|backports", uri + codename):
            return uri
    raise RuntimeError("apt knows no mirror of Debian: this check needs Debian")


class Packages:
    """Packages of `RELEASE`, downloaded into a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        sources = directory / "sources"
        for made in (sources, directory / "lists" / "partial", directory / "cache", directory / "downloads"):
            made.mkdir(parents=True, exist_ok=True)
        (sources / "debian.sources").write_text(
            f"Types: deb\nURIs: {mirror()}\nSuites: {RELEASE}\nComponents: main\nSigned-By: {KEYRING}\n"
        )
        settings = {
            "Dir::Etc::sourcelist": "/dev/null",
            "Dir::Etc::sourceparts": sources,
            "Dir::State::lists": directory / "lists",
            "Dir::Cache": directory / "cache",
            # apt's own user cannot enter a directory of root.
            "APT::Sandbox::User": "root",
        }
        self.options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
        if not list((directory / "lists").glob("*Packages*")):
            run("apt-get", *self.options, "update", "-qq")

    def unpack(self, root: Path, *packages: str) -> None:
        """Unpacks packages into `root`, in this order; nothing is configured."""
        root.mkdir(parents=True, exist_ok=True)
        downloads = self.directory / "downloads"
        for package in packages:
            if not list(downloads.glob(f"{package}_*.deb")):
                run("apt-get", *self.options, "download", "-qq", package, cwd=downloads)
            (archive,) = downloads.glob(f"{package}_*.deb")
            run("dpkg-deb", "--extract", str(archive), str(root))

    def bootstrap(self, root: Path, *packages: str) -> None:
        """Makes a Debian in `root` that programs can be built in."""
        install("debootstrap")
        including = ",".join(packages)
        run("nice", "debootstrap", "--variant=minbase", f"--include={including}", RELEASE, str(root), mirror())
        for archive in (root / "var/cache/apt/archives").glob("*.deb"):
            archive.unlink()
