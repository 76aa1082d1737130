"""Whole jobs: delivery, script, order, webhook or poll, read, write-back; beside the script that somebody would write instead."""
from . import hosts
from .programs import PEERS, Program, free_port
from .table import paired


def host(bench, provider, store):
    outside = free_port()
    with hosts.scratch() as folder, hosts.host(bench.release, folder, outside, store, account=provider) as program:
        return hosts.outside(bench.release, outside, program, bench.jobs, provider)


def peer(bench, provider, *switches):
    outside, port = free_port(), free_port()
    with hosts.scratch() as folder:
        with Program(folder, ["/usr/bin/python3", PEERS / "job.py", port, outside, provider, *switches], port) as program:
            return hosts.outside(bench.release, outside, program, bench.jobs, provider)


def round(bench, provider, postgres):
    found = {"host": host(bench, provider, "sqlite:bench.db"), "peer": peer(bench, provider)}
    before = postgres.cpu()
    found["postgres"] = host(bench, provider, postgres.database(f"jobs_{provider}_{bench.next()}"))
    found["postgres"]["database_cpu_ms"] = (postgres.cpu() - before) * 1000 / bench.jobs
    if provider == "zinc":
        found["trusting"] = peer(bench, provider, "--trust-webhooks")
    for name, figures in found.items():
        bench.say(f"{provider} {name}", figures)
    return found


def rows(provider, rounds):
    wait, meaning = ("told_p99_ms", "webhook → told, p99") if provider == "zinc" else ("job_p99_ms", "delivery → told, p99")
    for label, key in (("SQLite", "host"), ("PostgreSQL", "postgres")):
        # The same script is the peer of both stores.
        pairs = [{**each, "host": each[key]} for each in rounds]
        yield paired(f"{provider} jobs, {label}", pairs, "jobs/s", ("≥", 3))
        yield paired(f"{provider} jobs, {label}, CPU", pairs, "ms", ("≤", 0.6), "cpu_ms")
        yield paired(f"{provider} jobs, {label}, {meaning}", pairs, "ms", ("≤", 1), wait)
        if provider == "zinc":
            yield paired(f"{provider} jobs, {label}, ÷ script that does not read", pairs, "jobs/s", None, "jobs_per_second", "trusting")
            yield paired(f"{provider} jobs, {label}, CPU ÷ script that does not read", pairs, "ms", None, "cpu_ms", "trusting")


def run(bench, provider):
    # Polling has a second's wait in it and differs less from round to round.
    rounds = bench.rounds if provider == "zinc" or bench.is_long else 1
    with hosts.scratch() as folder, bench.postgres(folder) as postgres:
        return list(rows(provider, [round(bench, provider, postgres) for _ in range(rounds)]))
