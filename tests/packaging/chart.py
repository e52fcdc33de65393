"""Renders the chart with the values on standard input, and prints its objects as JSON.

Lints it, holds the values against values.schema.json and every object of Kubernetes itself against its shape; those of the
Prometheus operator are not known to it. Says what is wrong on standard error and ends with 1.

Of a list of values it prints a list instead: why each is refused, or null. One process for all of them takes a fraction of the
time.
"""

import json
import sys

import helm_python as helm
import kubernetes_validate
import yaml

KUBERNETES = "1.33"


def manifests_of(chart: helm.Chart, values: dict) -> dict:
    chart.validate_schema(values)
    return chart.render(values, name="desk", namespace="monitoring")


def refusal(chart: helm.Chart, values: dict) -> str | None:
    try:
        manifests_of(chart, values)
    except helm.HelmError as refused:
        return str(refused)
    return None


def main() -> int:
    chart_directory, values = sys.argv[1], json.load(sys.stdin)
    with helm.Chart.load(chart_directory) as chart:
        if isinstance(values, list):
            json.dump([refusal(chart, one) for one in values], sys.stdout)
            return 0
        try:
            manifests = manifests_of(chart, values)
        except helm.HelmError as refused:
            print(refused, file=sys.stderr)
            return 1
    objects = []
    for path, text in sorted(manifests.items()):
        if path.endswith(".txt"):
            continue
        for found in yaml.safe_load_all(text):
            if not found:
                continue
            if not found["apiVersion"].startswith("monitoring.coreos.com/"):
                kubernetes_validate.validate(found, KUBERNETES, strict=True)
            objects.append(found)
    json.dump({"objects": objects, "lint": helm.lint(chart_directory)}, sys.stdout)
    return 0


sys.exit(main())
