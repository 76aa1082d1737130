"""Events whose script skips them, accepted to done; beside lua5.4 with lua-cjson reading the same delivery."""
import json, sqlite3, statistics, subprocess, sys, time
from . import hosts
from .programs import PEERS, free_port
from .table import Row


def undone(database):
    return database.execute(
        "SELECT (SELECT count(*) FROM events WHERE state IN ('received', 'working')) + (SELECT count(*) FROM queue WHERE kind IN ('event', 'run'))"
    ).fetchone()[0]


def host(bench):
    with hosts.scratch() as folder, hosts.host(bench.release, folder, free_port()) as program:
        before, own = program.cpu(), program.cpu(with_children=False)
        began = time.monotonic()
        hosts.flood(bench.release, program.port, "/ats/skipping/hmac", bench.events, 600)
        # The store is asked, not the host: asking must not be what is measured.
        database = sqlite3.connect(f"file:{folder}/bench.db?mode=ro", uri=True)
        while undone(database):
            if program.process.poll() is not None or time.monotonic() - began > 600:
                sys.exit(f"bench: {undone(database)} of {bench.events} events were not done; the host's last words:\n" + program.log.read_text()[-2000:])
            time.sleep(0.02)
        took = time.monotonic() - began
        states = dict(database.execute("SELECT state, count(*) FROM runs GROUP BY state"))
        database.close()
        if states != {"skipped": bench.events}:
            sys.exit(f"bench: {bench.events} events were sent, and their runs ended so: {states}")
        own = program.cpu(with_children=False) - own
        workers = program.cpu() - before - own
    return {"per_second": bench.events / took, "host_ms": own * 1000 / bench.events, "workers_ms": workers * 1000 / bench.events}


def lua(bench):
    delivery = {"external_id": "job-1", "package": "pkg_1", "notes": "x" * 1700, "callback_url": "http://127.0.0.1:9/told",
                "candidate": {"first_name": "Ana", "last_name": "Roe", "email": "ana-1@example.test", "phone": "+441632960000"}}
    with hosts.scratch() as folder:
        (folder / "delivery.json").write_text(json.dumps(delivery, separators=(",", ":")))
        command = ["lua5.4", PEERS / "skip.lua", folder / "delivery.json", "20000"]
        return {"host_ms": float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout) / 1000}


def run(bench):
    rounds = []
    for _ in range(bench.rounds):
        rounds.append((host(bench), lua(bench)))
        bench.say("skipped host", rounds[-1][0])
        bench.say("skipped lua5.4 with lua-cjson", rounds[-1][1])
    middle = {name: statistics.median(ours[name] for ours, _ in rounds) for name in rounds[0][0]}
    reading = statistics.median(theirs["host_ms"] for _, theirs in rounds)
    return [
        Row("skipped events", middle["per_second"], "/s", ("≥", 3000)),
        Row("skipped events, CPU of the host", middle["host_ms"], "ms", ("≤", 0.3)),
        Row("skipped events, CPU of the workers ÷ lua5.4 reading it", middle["workers_ms"], "ms", None, reading),
    ]
