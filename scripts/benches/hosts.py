"""A Fairlead to measure, and what is around it."""
import base64, os, pathlib, subprocess, sys, tempfile
from contextlib import contextmanager
from .programs import ROOT, Program, figures, free_port

SECRET = b"bench-signing-secret"
KEY = base64.b64encode(os.urandom(32)).decode()
SETTINGS = """server: {{ port: {port}, public_url: "http://127.0.0.1:{port}", max_connections: 4096 }}
store: {{ url: "{store}" }}
encryption: {{ keys: ["{key}"] }}
admin: {{ token: bench-admin-token-of-some-length }}
plugins: {{ paths: ["{plugins}", "{own}"] }}
network: {{ allow: ["127.0.0.0/8"] }}
accounts:
  zinc: {{ provider: zinc, base_url: "http://127.0.0.1:{outside}/zinc", api_key: bench-api-key, webhook_tokens: ["bench-signing-secret"] }}
  workerchecks: {{ provider: workerchecks, base_url: "http://127.0.0.1:{outside}/workerchecks", widget_secret: bench, poll: 1s, results_per_minute: 100000 }}
{accounts}connections:
{connections}"""
ACCOUNT = """  {name}: {{ provider: zinc, base_url: "http://127.0.0.1:{outside}/zinc", api_key: bench-api-key, webhook_tokens: ["bench-signing-secret"] }}
"""
CONNECTION = """  {name}:
    plugin: webhook
    limits: {{ orders_per_hour: 1000000, stored_mb_per_day: 1048576 }}
    accounts: [{account}]
    secrets: {{ signing: bench-signing-secret, callback: "whsec_{key}" }}
    settings: {{ default_package: pkg_1, callback_url: "http://127.0.0.1:{outside}/ats/told" }}
"""
# Reads the delivery, as a script does that waits for another stage, and orders nothing.
SKIPPING = """  skipping:
    plugin: skipping
    limits: { stored_mb_per_day: 1048576 }
    accounts: [zinc]
    secrets: { signing: bench-signing-secret }
"""
MANIFEST = """name: skipping
version: 1.0.0
contract: 1
kind: ats
title: Skips every delivery
settings: { type: object }
secrets:
  signing: { required: true, title: What the sender signs with, to: [] }
inbound:
  - path: /hmac
    verify: { scheme: hmac, secret: signing, header: X-Signature, algorithm: sha256, encoding: hex }
"""
SCRIPT = """return {
    on_event = function(event, ctx)
        if event.body.package ~= "another" then
            return ctx.skip("not the stage that orders")
        end
    end,
}
"""


@contextmanager
def scratch():
    with tempfile.TemporaryDirectory(prefix="fairlead-bench-") as name:
        yield pathlib.Path(name)


def connection(name, outside, account):
    return CONNECTION.format(name=name, outside=outside, account=account, key=KEY)


def host(release, folder, outside, store="sqlite:bench.db", account="zinc", connections=None, accounts="", path="/readyz", more=""):
    """A running Fairlead that uses the providers at the port `outside`; `more` is further settings."""
    plugin = folder / "plugins" / "skipping"
    plugin.mkdir(parents=True, exist_ok=True)
    (plugin / "plugin.yaml").write_text(MANIFEST)
    (plugin / "main.lua").write_text(SCRIPT)
    port = free_port()
    text = SETTINGS.format(
        port=port, store=store, key=KEY, plugins=ROOT / "plugins", own=plugin.parent, outside=outside, accounts=accounts,
        connections=(connections or connection("bench", outside, account)) + SKIPPING) + more
    (folder / "fairlead.yaml").write_text(text)
    return Program(folder, [release / "fairlead", "serve", "--log-level", "error"], port, path)


def outside_command(release, outside, target, count, provider="zinc", **options):
    given = [f"{name}={value}" for name, value in options.items()]
    return [str(part) for part in (release / "fairlead-bench", "outside", outside, target, count, provider, *given)]


def outside(release, port, program, count, provider="zinc", **options):
    """Carries so many candidates through a program, and says what that took, its processor time for each in `cpu_ms`."""
    before = program.cpu()
    run = subprocess.run(outside_command(release, port, program.port, count, provider, **options), stdout=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit("bench: the run failed; the program's last words:\n" + program.log.read_text()[-2000:])
    return {**figures(run.stdout), "cpu_ms": (program.cpu() - before) * 1000 / count}


def flood(release, port, path, count, seconds, kind="ats"):
    """Sends signed requests over 64 connections until so many are answered or the time is up."""
    command = [str(part) for part in (release / "fairlead-bench", "flood", port, path, count, seconds, kind)]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(f"bench: {path} did not take its load")
    return figures(run.stdout)
