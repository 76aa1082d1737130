"""Deliveries taken in by a host that also works on them, beside FastAPI that only stores them."""
import subprocess, time
from . import hosts
from .programs import PEERS, PEERS_PYTHON, Program, free_port
from .table import paired


def peer(bench, path, kind, workers):
    """FastAPI under uvicorn, with so many workers; with one, commits are grouped."""
    port = free_port()
    command = [PEERS_PYTHON, "-m", "uvicorn", "intake:application", "--app-dir", PEERS, "--port", port, "--workers", workers,
               "--log-level", "error", "--no-access-log"]
    with hosts.scratch() as folder:
        with Program(folder, command, port, environment={"PEER_GROUPED": "1"} if workers == 1 else {}) as program:
            time.sleep(0.5)
            before = program.cpu()
            found = hosts.flood(bench.release, port, path, bench.deliveries, bench.seconds, kind)
            return {**found, "cpu_ms": (program.cpu() - before) * 1000 / found["answered"]}


def peers(bench, path, kind):
    return {"peer": peer(bench, path, kind, 2), "grouped": peer(bench, path, kind, 1)}


def host(bench):
    outside = free_port()
    with hosts.scratch() as folder, hosts.host(bench.release, folder, outside) as program:
        with Program(folder, hosts.outside_command(bench.release, outside, program.port, 0), outside, "/zinc/packages"):
            before = program.cpu()
            found = hosts.flood(bench.release, program.port, "/ats/bench/hmac", bench.deliveries, bench.seconds)
            found["cpu_ms"] = (program.cpu() - before) * 1000 / found["answered"]
            # Nobody waits for what was taken in.
            program.process.kill()
            return found


def rows(what, rounds):
    return [
        paired(f"{what} ÷ FastAPI, 2 workers", rounds, "/s", ("≥", 3), "per_second"),
        paired(f"{what} ÷ FastAPI, group commit", rounds, "/s", ("≥", 1.5), "per_second", "grouped"),
    ]


def run(bench):
    rounds = []
    for _ in range(bench.rounds):
        rounds.append({"host": host(bench), **peers(bench, "/ats/bench/hmac", "ats")})
        for name, figures in rounds[-1].items():
            bench.say(f"intake {name}", figures)
    return rows("intake", rounds)
