"""Lints the chart by Helm's own code, renders it with each file of bluezone/ci, and holds what comes out against the schemas of several
versions of Kubernetes. Then sees that wrong values are refused, and that Services find the pods they name.

Needs helm-python-sdk, kubernetes-validate and PyYAML (deploy/check installs them).
"""

import pathlib
import sys
import urllib.parse

import helm_python as helm
import kubernetes_validate
import yaml

CHART = pathlib.Path(__file__).parent / "bluezone"
KUBERNETES = ["1.27", "1.30", "1.33", "1.37"]
LEAST = {"objects": {"at": "s3://bluezone"}}
# Values that must not pass, and what is wrong with them.
REFUSED = {
    "no bucket": {},
    "a folder for a bucket": {"objects": {"at": "/srv/objects"}},
    "an unknown field": LEAST | {"replicas": 3},
    "copies for nobody": LEAST | {"backup": {"enabled": True, "claimName": "copies"}},
    "copies to nowhere": LEAST | {"backup": {"enabled": True, "recipients": ["age1q"]}},
    "an ingress without TLS": LEAST | {"ingress": {"enabled": True, "host": "bluezone.example.vn"}},
    "a public address without TLS": LEAST | {"config": {"public_url": "http://bluezone.example.vn"}},
    "a gateway's token in values": LEAST | {"config": {"texts": {"gateway": {"url": "https://sms.example.vn"}}}},
}


def resources(values):
    """What the chart renders to."""
    with helm.Chart.load(CHART) as chart:
        chart.validate_schema(values)
        rendered = chart.render(values, name="vn", namespace="bluezone")
    texts = [text for path, text in rendered.items() if path.endswith(".yaml")]
    return [resource for text in texts for resource in yaml.safe_load_all(text) if resource]


def labels_of_pods(rendered):
    return [r["spec"]["template"]["metadata"]["labels"] for r in rendered if r["kind"] == "Deployment"]


def wrong_probes(rendered):
    """A pod's readiness must hang on nothing that all pods share: they would be taken out of service together."""
    for deployment in (r for r in rendered if r["kind"] == "Deployment"):
        for container in deployment["spec"]["template"]["spec"]["containers"]:
            if (path := container.get("readinessProbe", {}).get("httpGet", {}).get("path", "/readyz/node")) != "/readyz/node":
                yield f"{container['name']} is ready by {path}"


def wrong_paths(rendered):
    """What the operator asks must not be reached through the Ingress."""
    for ingress in (r for r in rendered if r["kind"] == "Ingress"):
        for asked in ["/livez", "/readyz", "/readyz/node", "/readyz/database"]:
            fits = [
                (path["pathType"] == "Exact", len(path["path"]), path["backend"]["service"]["name"])
                for path in ingress["spec"]["rules"][0]["http"]["paths"]
                if path["path"] == asked or path["pathType"] == "Prefix" and asked.startswith(path["path"].rstrip("/") + "/")
            ]
            # The longest path decides, an exact one before a prefix.
            if not max(fits, key=lambda fit: (fit[1], fit[0]))[2].endswith("-nowhere"):
                yield f"the Ingress lets {asked} out"


def out_of_reach(rendered):
    """What the pods are told to connect to, the network must let them connect to."""
    policies = [r for r in rendered if r["kind"] == "NetworkPolicy"]
    let_out = {port["port"] for policy in policies for rule in policy["spec"]["egress"] for port in rule["ports"]}
    containers = [c for r in rendered if r["kind"] == "Deployment" for c in r["spec"]["template"]["spec"]["containers"]]
    for name in ["AWS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"]:
        for address in {env["value"] for container in containers for env in container["env"] if env["name"] == name}:
            parts = urllib.parse.urlsplit(address)
            port = parts.port or {"http": 80, "https": 443}[parts.scheme]
            if policies and port not in let_out:
                yield f"the NetworkPolicy does not let {address} be reached"


def wrong_with(name, values):
    """Findings for one set of values."""
    report = helm.lint(CHART, values, strict=True)
    # Severity 1 is advice, such as an icon for the chart.
    wrong = report["errors"] + [f"lint: {m['path']}: {m['error']}" for m in report["messages"] if m["severity"] > 1]
    rendered = resources(values)
    for resource in rendered:
        for version in KUBERNETES:
            try:
                kubernetes_validate.validate(resource, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                where = ".".join(str(step) for step in error.path)
                wrong.append(f"Kubernetes {version}: {resource['kind']} {resource['metadata']['name']}: {where}: {error.message}")
    for service in (r for r in rendered if r["kind"] == "Service"):
        wanted = service["spec"]["selector"].items()
        found = [labels for labels in labels_of_pods(rendered) if wanted <= labels.items()]
        if len(found) != (0 if service["metadata"]["name"].endswith("-nowhere") else 1):
            wrong.append(f"Service {service['metadata']['name']} finds {len(found)} Deployments")
    wrong += [*wrong_probes(rendered), *wrong_paths(rendered), *out_of_reach(rendered)]
    kinds = sorted(r["kind"] for r in rendered)
    print(f"  {name}: {len(rendered)} resources ({', '.join(kinds)})")
    return [f"{name}: {finding}" for finding in wrong]


def main():
    print(f"  Helm {helm.helm_sdk_version()}, Kubernetes {', '.join(KUBERNETES)}")
    wrong = []
    for file in sorted((CHART / "ci").glob("*.yaml")):
        wrong += wrong_with(file.name, yaml.safe_load(file.read_text()))
    for what, values in REFUSED.items():
        try:
            resources(values)
            wrong.append(f"not refused: {what}")
        except helm.HelmError:
            pass
    print(f"  {len(REFUSED)} wrong sets of values tried")
    sys.exit("\n".join(wrong) or None)


main()
