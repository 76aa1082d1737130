"""What a job costs in a large store, and with a provider whose list is long; beside the empty store and the empty list."""
import os, subprocess
from . import hosts
from .programs import free_port
from .table import paired


def grow(bench, folder, url):
    """A store in which that many events and orders are done with."""
    for operation in (["grow", bench.grown_events, bench.grown_orders], ["work"], ["settle"]):
        command = [bench.release / "fairlead-bench", "store", url, *map(str, operation)]
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
                       env={**os.environ, "FAIRLEAD_BENCH_KEY": hosts.KEY})


def measure(bench, folder, name, store="sqlite:bench.db", **options):
    """Jobs on a connection of that name: what a round before it placed on another is no duplicate of it."""
    outside = free_port()
    connections = hosts.connection(name, outside, "zinc")
    with hosts.host(bench.release, folder, outside, store, connections=connections) as program:
        return hosts.outside(bench.release, outside, program, bench.few_jobs, connections=name, **options)


def fresh(bench, store="sqlite:bench.db", **options):
    with hosts.scratch() as folder:
        return measure(bench, folder, "fresh", store, **options)


def store_rows(bench, label, folder, url, empty):
    grow(bench, folder, url)
    if label == "PostgreSQL":
        bench.server.analyze("large")
    rounds = []
    for number in range(bench.rounds):
        rounds.append({"host": measure(bench, folder, f"round-{number}", url), "peer": fresh(bench, empty())})
        for name, figures in rounds[-1].items():
            bench.say(f"sizes {label} {'large' if name == 'host' else 'empty'}", figures)
    size = f"{label}, {bench.grown_events:,} events, {bench.grown_orders:,} orders ÷ empty"
    return [paired(f"CPU of a job: {size}", rounds, "ms", ("≤", 1.15), "cpu_ms"), paired(f"jobs: {size}", rounds, "jobs/s")]


def run(bench):
    with hosts.scratch() as folder:
        found = store_rows(bench, "SQLite", folder, "sqlite:bench.db", lambda: "sqlite:bench.db")
    if bench.is_long:
        with hosts.scratch() as folder, bench.postgres(folder) as bench.server:
            found += store_rows(bench, "PostgreSQL", folder, bench.server.database("large"), lambda: bench.server.database(f"empty_{bench.next()}"))
    rounds = []
    for _ in range(bench.rounds):
        rounds.append({"host": fresh(bench, listed=20_000), "peer": fresh(bench)})
        for name, figures in rounds[-1].items():
            bench.say(f"sizes {'20,000 listed' if name == 'host' else 'none listed'}", figures)
    return found + [paired("CPU of a job: 20,000 in the provider's list ÷ none", rounds, "ms", ("≤", 1.15), "cpu_ms")]
