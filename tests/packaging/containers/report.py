"""What was checked, line by line, and the figures that were measured."""

import contextlib
import time
import traceback


class Report:
    """Prints a line for each check, and at the end the figures."""

    def __init__(self) -> None:
        self.checks = 0
        self.failures: list[str] = []
        self.figures: list[tuple[str, str]] = []

    @contextlib.contextmanager
    def check(self, claim: str):
        """Runs what shows the claim. If that raises, the claim is false, and what comes after it is checked all the same."""
        begin = time.monotonic()
        self.checks += 1
        try:
            yield
        except Exception as error:  # whatever it is, the other checks are to run
            self.failures.append(claim)
            place = traceback.extract_tb(error.__traceback__)[-1]
            said = str(error) or f"{type(error).__name__}: {place.line}"
            print(f"FAIL  {claim}\n      {said.strip()}\n      at {place.filename}:{place.lineno}", flush=True)
        else:
            print(f"ok    {claim} ({time.monotonic() - begin:.1f} s)", flush=True)

    def figure(self, name: str, value: str) -> None:
        self.figures.append((name, value))

    def summary(self) -> int:
        """Prints what was measured and what failed; returns the exit code."""
        print()
        width = max((len(name) for name, _ in self.figures), default=0)
        for name, value in self.figures:
            print(f"{name:{width}}  {value}")
        print(f"\n{self.checks} checks, {len(self.failures)} failed")
        for failure in self.failures:
            print(f"FAIL  {failure}")
        return 1 if self.failures else 0


def expect(condition: object, seen: object) -> None:
    """What has to be so; `seen` is said where it is not."""
    if not condition:
        raise AssertionError(str(seen))


def megabytes(size: float) -> str:
    return f"{size / 1e6:.1f} MB"
