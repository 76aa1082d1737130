"""A store of a gigabyte: copy, backup, verification, retention of half of it, rotation of keys and restore; what deliveries are taken in beside each, and memory."""
import base64, http.client, json, os, shutil, signal, statistics, subprocess, threading, time
from . import hosts
from .programs import Program, figures, free_port, memory, status
from .table import Row

EVENTS, ORDERS, AGE = 260_000, 60_000, 10
RETENTION = "retention: { events: 5d }\n"
# A slice of deliveries, and for how many seconds retention and rotation are looked at beside them: they go on without.
SLICE, BESIDE = 3, 60


class Failure(Exception):
    pass


class Deliveries:
    """Deliveries that come as fast as they are taken, each of them new."""
    first = 0

    def __init__(self, bench):
        self.bench, self.late = bench, 0

    def slice(self, port):
        """How many were taken in a second; the latest answer counts where `late` is looked at."""
        command = [self.bench.release / "fairlead-bench", "flood", port, "/ats/skipping/hmac", 10_000_000, SLICE, "ats", Deliveries.first]
        run = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True)
        if run.returncode:
            raise Failure("a delivery was not taken")
        found = figures(run.stdout)
        Deliveries.first += int(found["answered"]) + 1000
        return found["per_second"], found["p99_ms"]


class Work:
    """Something that is done beside deliveries, for so many seconds so far; the time does not count in which it stands still."""

    def __init__(self, *pids):
        self.pids, self.began, self.stood, self.took = pids, time.monotonic(), 0, None

    def stop(self):
        self.stopped = time.monotonic()
        for pid in self.pids:
            send(pid, signal.SIGSTOP)

    def go_on(self):
        self.stood += time.monotonic() - self.stopped
        for pid in reversed(self.pids):
            send(pid, signal.SIGCONT)

    @property
    def seconds(self):
        return self.took or time.monotonic() - self.began - self.stood


def send(pid, what):
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        pass


class Command(Work):
    """The program, beside a host."""

    def __init__(self, bench, folder, *arguments, host=None):
        self.name, self.said = " ".join(map(str, arguments[:2])), folder / "said"
        with open(self.said, "w") as said:
            process = subprocess.Popen([str(bench.release / "fairlead"), *map(str, arguments)], cwd=folder, stdout=said, stderr=said)
        super().__init__(process.pid, *([host] if host else []))
        self.pid, self.ended = process.pid, threading.Event()
        threading.Thread(target=self.wait, daemon=True).start()

    def wait(self):
        _, self.status, self.used = os.wait4(self.pid, 0)
        self.took = self.seconds
        self.ended.set()

    @property
    def is_done(self):
        return self.ended.is_set()

    def end(self):
        self.ended.wait()
        if self.status:
            raise Failure(f"fairlead {self.name} failed: " + self.said.read_text()[-1000:])
        return {"seconds": self.took, "mb": self.used.ru_maxrss / 1024}

    def so_far(self):
        return self.end() if self.is_done else {"seconds": self.seconds}


class Retention(Work):
    """The host removes what is old enough."""

    def __init__(self, host):
        super().__init__(host.pid)
        self.port = host.port
        api(self.port, "POST", "/retention/run")
        while not self.standing["running"]:
            time.sleep(0.2)
        self.began = time.monotonic()

    @property
    def standing(self):
        return api(self.port, "GET", "/retention")

    @property
    def is_done(self):
        return not self.standing["running"]

    def end(self, seconds=1200):
        while not self.is_done and self.seconds < seconds:
            time.sleep(0.2)
        return self.so_far()

    def so_far(self):
        removed = self.standing["removed"]["events"]
        return {"seconds": self.seconds, "removed": removed, "per_second": removed / self.seconds}


def api(port, method, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, "/api/v1" + path, headers={"Authorization": "Bearer bench-admin-token-of-some-length"})
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def size(folder, *names):
    return sum((folder / name).stat().st_size for name in names if (folder / name).exists()) / 1_048_576


class Years:
    """The figures of one store."""

    def __init__(self, bench, folder, label, rows):
        self.bench, self.folder, self.label, self.rows = bench, folder, label, rows

    def say(self, name, found):
        self.bench.say(f"years {self.label} {name}", found)

    def row(self, name, value, unit, *more):
        self.rows.append(Row(f"{self.label}: {name}", value, unit, *more))

    def command(self, name, *arguments):
        found = Command(self.bench, self.folder, *arguments).end()
        self.say(name, found)
        self.row(name, found["seconds"], "s")
        return found

    def beside(self, name, begin, most=None):
        """Deliveries to a host beside something, and to its twin where nothing is done, in turns: so a machine's slow minutes meet both."""
        deliveries, beside, alone, late = Deliveries(self.bench), [], [], 0
        for host in (self.twin, self.host):
            send(host.pid, signal.SIGCONT)
            deliveries.slice(host.port)
            send(self.twin.pid, signal.SIGSTOP)
        work = begin()
        while not work.is_done and (not most or work.seconds < most):
            rate, p99 = deliveries.slice(self.host.port)
            # A slice of which most was after the end says nothing.
            if work.is_done and beside:
                break
            beside.append(rate)
            late = max(late, p99)
            work.stop()
            send(self.twin.pid, signal.SIGCONT)
            alone.append(deliveries.slice(self.twin.port)[0])
            send(self.twin.pid, signal.SIGSTOP)
            work.go_on()
        found, ratio = work.so_far(), statistics.median(one / other for one, other in zip(beside, alone))
        self.say(f"{name} beside deliveries" + ("" if work.is_done else ", so far"), {
            **found, "alone_per_second": statistics.mean(alone), "beside_per_second": statistics.mean(beside), "ratio": ratio, "p99_ms": late,
            "host_mb": memory(self.host.pid)})
        if work.is_done:
            self.row(f"{name} beside deliveries", found["seconds"], "s")
        self.rows.append(Row(f"{self.label}: intake beside {name} ÷ alone", statistics.mean(beside), "/s", ("≥", 0.8), statistics.mean(alone), ratio))
        return work, found, statistics.mean(beside)

    def run(self, url, twin):
        backup, outside = self.folder / "made.backup", free_port()
        twins = self.folder / "twin"
        twins.mkdir()
        with hosts.host(self.bench.release, self.folder, outside, url, more=RETENTION) as self.host, \
                hosts.host(self.bench.release, twins, outside, twin) as self.twin:
            send(self.twin.pid, signal.SIGSTOP)
            self.say("store", {"mb": size(self.folder, "bench.db") or -1, "host_mb": memory(self.host.pid), "ready_ms": self.host.took})
            found = self.command("backup", "backup", backup)
            self.row("memory of a backup", found["mb"], "MB", ("≤", 400))
            self.say("backup's files", {"file_mb": size(self.folder, "made.backup"), "keys_mb": size(self.folder, "made.backup.keys")})
            self.command("verify", "backup", "verify", backup)
            # Not to its end: what is taken in has to be worked on afterwards.
            work, _, _ = self.beside("backup", lambda: Command(self.bench, self.folder, "backup", "second.backup", host=self.host.pid), 3 * BESIDE)
            self.say("backup, the rest without deliveries", work.end())
            work, found, taken = self.beside("retention", lambda: Retention(self.host), BESIDE)
            self.row("rows removed ÷ taken in meanwhile", found["per_second"], "/s", ("≥", 1), taken)
            if not work.is_done:
                before, began = work.so_far()["removed"], time.monotonic()
                removed = work.end()["removed"] - before
                seconds = time.monotonic() - began
                self.say("retention's rest", {"seconds": seconds, "removed": removed, "per_second": removed / seconds})
                self.row("rows removed, quiet", removed / seconds, "/s")
            self.settle()
        settings = self.folder / "fairlead.yaml"
        new = base64.b64encode(os.urandom(32)).decode()
        settings.write_text(settings.read_text().replace(f'keys: ["{hosts.KEY}"]', f'keys: ["{new}", "{hosts.KEY}"]'))
        with self.start(self.folder, self.host.port) as self.host, self.start(twins, self.twin.port) as self.twin:
            work, _, _ = self.beside("key rotate", lambda: Command(self.bench, self.folder, "key", "rotate", host=self.host.pid), BESIDE)
            found = work.end()
            self.say("key rotate, the rest without deliveries", found)
            self.row("key rotate", found["seconds"], "s")
            self.row("memory of the host", memory(self.host.pid), "MB", ("≤", 400))
            send(self.twin.pid, signal.SIGCONT)
        self.command("restore", "restore", backup, "--replace")
        with Program(self.folder, [self.bench.release / "fairlead", "serve", "--log-level", "error"], self.host.port, "/readyz") as host:
            self.say("restored", {"ready_ms": host.took, "host_mb": memory(host.pid)})

    def start(self, folder, port):
        return Program(folder, [self.bench.release / "fairlead", "serve", "--log-level", "error"], port)

    def settle(self):
        """Waits until both have worked on what they took in."""
        for host in (self.host, self.twin):
            send(host.pid, signal.SIGCONT)
        began = time.monotonic()
        while any(status(host.port, "/readyz") != 200 for host in (self.host, self.twin)):
            if time.monotonic() - began > 1800:
                raise Failure("what was taken in is not worked on")
            time.sleep(1)

    def copy(self, to, name):
        self.command(name, "store", "copy", "--to", to)


def fill(bench, folder):
    for operation in (["grow", int(EVENTS * bench.share), int(ORDERS * bench.share), AGE], ["work"], ["settle"]):
        subprocess.run([str(bench.release / "fairlead-bench"), "store", "sqlite:bench.db", *map(str, operation)], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "FAIRLEAD_BENCH_KEY": hosts.KEY})


def run(bench, kinds=("sqlite", "postgres")):
    """The store is filled once, in SQLite; PostgreSQL's is a copy of it."""
    rows = []
    with hosts.scratch() as outer, bench.postgres(outer) as server:
        folder, other = outer / "host", outer / "other"
        folder.mkdir()
        other.mkdir()
        began = time.monotonic()
        fill(bench, folder)
        bench.say("years filled", {"seconds": time.monotonic() - began})
        sqlite, postgres = Years(bench, folder, "SQLite", rows), Years(bench, other, "PostgreSQL", rows)
        try:
            # The settings are written by the first start.
            with hosts.host(bench.release, folder, free_port()):
                pass
            if "postgres" in kinds:
                url = server.database("years")
                sqlite.copy(url, "store copy to PostgreSQL")
                twin = server.database("twin", template="years")
            if "sqlite" in kinds:
                for name in ("bench.db", "bench-keys.db"):
                    shutil.copy(folder / name, folder / f"twin-{name}")
                sqlite.run("sqlite:bench.db", f"sqlite:{folder}/twin-bench.db")
            if "postgres" in kinds:
                postgres.run(url, twin)
        except Failure as failure:
            # The figures up to here are worth having.
            print(f"  {failure}", flush=True)
            rows.append(Row("years: all measured", 0, "", ("≥", 1)))
    return rows
