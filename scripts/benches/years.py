"""A store of a gigabyte: backup, verification, retention of half of it, rotation of keys and restore; what deliveries are taken in beside each, and memory."""
import base64, http.client, json, os, subprocess, sys, threading, time
from . import hosts
from .programs import Program, figures, free_port, memory
from .table import Row

EVENTS, ORDERS, AGE = 260_000, 60_000, 10
RETENTION = "retention: { events: 5d }\n"


class Beside:
    """Deliveries that come as fast as they are taken, a few seconds at a time, each of them new."""
    first = 0

    def __init__(self, bench, port):
        self.bench, self.port, self.rates, self.p99 = bench, port, [], []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def slice(self, seconds):
        command = [self.bench.release / "fairlead-bench", "flood", self.port, "/ats/skipping/hmac", 10_000_000, seconds, "ats", Beside.first]
        found = figures(subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=True).stdout)
        Beside.first += int(found["answered"]) + 1000
        return found

    def run(self):
        while not self.ended.is_set():
            found = self.slice(2)
            self.rates.append(found["per_second"])
            self.p99.append(found["p99_ms"])

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    @property
    def rate(self):
        return sum(self.rates) / len(self.rates)


def command(bench, folder, *arguments):
    """Runs the program to its end: seconds, and the most megabytes that it used."""
    began = time.monotonic()
    with open(folder / "said", "w") as said:
        process = subprocess.Popen([str(bench.release / "fairlead"), *map(str, arguments)], cwd=folder, stdout=said, stderr=said)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"bench: fairlead {arguments[0]} failed: " + (folder / "said").read_text()[-1000:])
    return {"seconds": time.monotonic() - began, "mb": used.ru_maxrss / 1024}


def api(port, method, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, "/api/v1" + path, headers={"Authorization": "Bearer bench-admin-token-of-some-length"})
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def retain(port, count):
    """Has what is old enough removed; seconds from the first row to the last."""
    api(port, "POST", "/retention/run")
    while not api(port, "GET", "/retention")["running"]:
        time.sleep(0.2)
    began = time.monotonic()
    while (found := api(port, "GET", "/retention"))["running"]:
        if time.monotonic() - began > count:
            break
        time.sleep(0.2)
    removed = found["removed"]["events"]
    return {"seconds": time.monotonic() - began, "removed": removed, "per_second": removed / (time.monotonic() - began)}


def size(folder, *names):
    return sum((folder / name).stat().st_size for name in names if (folder / name).exists()) / 1_048_576


def start(bench, folder, port):
    return Program(folder, [bench.release / "fairlead", "serve", "--log-level", "error"], port, "/readyz")


def measure(bench, folder, label, url):
    events, orders = int(EVENTS * bench.share), int(ORDERS * bench.share)
    for operation in (["grow", events, orders, AGE], ["work"], ["settle"]):
        subprocess.run([str(bench.release / "fairlead-bench"), "store", url, *map(str, operation)], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "FAIRLEAD_BENCH_KEY": hosts.KEY})
    rows, outside = [], free_port()
    backup = folder / "made.backup"

    def say(name, found):
        bench.say(f"years {label} {name}", found)

    def beside(name, work):
        """Does something beside deliveries, and says how many were taken in for each that is without it, before and after."""
        alone = [Beside(bench, port).slice(5)["per_second"]]
        with Beside(bench, port) as deliveries:
            found = work()
        alone.append(Beside(bench, port).slice(5)["per_second"])
        rate = sum(alone) / 2
        say(name, {**found, "alone_per_second": rate, "beside_per_second": deliveries.rate, "p99_ms": max(deliveries.p99), "host_mb": memory(host.pid)})
        rows.append(Row(f"{label}: intake beside {name} ÷ alone", deliveries.rate, "/s", ("≥", 0.8), rate))
        return found

    with hosts.host(bench.release, folder, outside, url, more=RETENTION) as host:
        port = host.port
        say("store", {"mb": size(folder, "bench.db") or -1, "host_mb": memory(host.pid), "ready_ms": host.took})
        found = command(bench, folder, "backup", backup)
        say("backup", {**found, "file_mb": size(folder, "made.backup"), "keys_mb": size(folder, "made.backup.keys")})
        rows.append(Row(f"{label}: backup, quiet", found["seconds"], "s"))
        rows.append(Row(f"{label}: memory of a backup", found["mb"], "MB", ("≤", 400)))
        found = command(bench, folder, "backup", "verify", backup)
        say("verify", found)
        rows.append(Row(f"{label}: verify", found["seconds"], "s"))
        rows.append(Row(f"{label}: backup beside deliveries", beside("backup", lambda: command(bench, folder, "backup", "second.backup"))["seconds"], "s"))
        found = beside("retention", lambda: retain(port, 120))
        rows.append(Row(f"{label}: rows removed beside deliveries", found["per_second"], "/s"))
        quiet = retain(port, 600) if found["removed"] < events / 2 else found
        say("retention, quiet", quiet)
    settings = folder / "fairlead.yaml"
    new = base64.b64encode(os.urandom(32)).decode()
    settings.write_text(settings.read_text().replace(f'keys: ["{hosts.KEY}"]', f'keys: ["{new}", "{hosts.KEY}"]'))
    with start(bench, folder, port) as host:
        found = beside("key rotate", lambda: command(bench, folder, "key", "rotate"))
        rows.append(Row(f"{label}: key rotate beside deliveries", found["seconds"], "s"))
        rows.append(Row(f"{label}: memory of the host", memory(host.pid), "MB", ("≤", 400)))
    found = command(bench, folder, "restore", backup, "--replace")
    say("restore", found)
    rows.append(Row(f"{label}: restore", found["seconds"], "s"))
    with start(bench, folder, port) as host:
        say("restored", {"ready_ms": host.took})
    return rows


def run(bench):
    rows = []
    with hosts.scratch() as folder:
        rows += measure(bench, folder, "SQLite", "sqlite:bench.db")
    with hosts.scratch() as outer, bench.postgres(outer) as server:
        folder = outer / "host"
        folder.mkdir()
        rows += measure(bench, folder, "PostgreSQL", server.database("years"))
    return rows
