"""How long the dashboard's pages and searches take in a store of many orders, on SQLite and on PostgreSQL, as a browser that is signed in asks for them."""
import http.client, os, re, statistics, subprocess, time, urllib.parse
from . import hosts
from .programs import free_port
from .table import Row

TOKEN = "bench-admin-token-of-some-length"
PAGE_MS, SEARCH_MS = 200, 50
PAGES = (
    "/", "/?span=7d", "/orders", "/orders?state=completed&connection=ats-1", "/orders?account=workerchecks", "/orders?waiting_on=operator",
    "/orders?outcome=consider&connection=ats-9", "/orders?problem=refused", "/orders?older=9d&state=in_progress", "/orders/{order}", "/orders/{order}/case",
    "/events", "/events/{event}", "/runs", "/runs/{run}", "/runs?state=dead", "/runs?hook=on_update&connection=ats-12", "/issues", "/dead", "/connections",
    "/connections/ats-1", "/accounts", "/accounts/zinc", "/plugins", "/webhooks", "/audit", "/settings")
# What one has, what thousands have, what nobody has: names, beginnings, words that go together and words that never do.
SEARCHES = (
    "person1234@example.test", "person12", "jane roe", "jane silva", "ana ben", "jane nobody", "roe", "pers zzz", "application-777", "application-1", "appl",
    "ref-4242", "ref-", "nobody at all", "+441632960042", "{order:.20}", "{order}", "müller", "o'neill")
# The same for whom or what events and runs are about.
ABOUT = ("person1234@example.test", "jane roe", "roe", "ana ben", "müller", "application-1", "nobody at all")
KINDS = {"order": ("/orders?state=completed", "ord_"), "event": ("/events", "evt_"), "run": ("/runs", "run_")}


class Browser:
    def __init__(self, port):
        self.connection, self.cookies = http.client.HTTPConnection("127.0.0.1", port, timeout=120), {}

    def ask(self, method, path, body=None):
        headers = {"Accept": "text/html", "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for field in answer.headers.get_all("Set-Cookie") or []:
            name, value = field.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return answer.status, text

    def sign_in(self):
        _, page = self.ask("GET", "/login")
        csrf = re.search(r'name="csrf" value="([^"]+)"', page).group(1)
        status, _ = self.ask("POST", "/login", urllib.parse.urlencode({"csrf": csrf, "next": "/", "token": TOKEN}))
        if status != 303:
            raise SystemExit(f"bench: signing in was answered {status}")

    def times(self, path, count):
        found = []
        for _ in range(count):
            began = time.perf_counter()
            status, _ = self.ask("GET", path)
            found.append((time.perf_counter() - began) * 1000)
            if status not in (200, 303):
                raise SystemExit(f"bench: {path} was answered {status}")
        return sorted(found)


def rows(bench, program, browser, what, path, count, limit):
    """The figures of one address. The processor's time says what it takes where others are at work on this machine, too."""
    before = program.cpu(False)
    times = browser.times(path[1], count)
    cpu = (program.cpu(False) - before) * 1000 / count
    median, late = statistics.median(times), times[min(len(times) - 1, int(len(times) * 0.99))]
    bench.say(f"{what} {path[0]}", {"median_ms": median, "p99_ms": late, "cpu_ms": cpu})
    name = f"{what} {path[0]}"
    return [Row(f"{name}: median", median, "ms"), Row(f"{name}: p99", late, "ms", ("≤", limit)), Row(f"{name}: CPU", cpu, "ms")]


def look(bench, folder, store, url, server=None):
    count, found = 10 * bench.rounds, []
    connections = "".join(hosts.connection(f"ats-{number}", 9, "zinc, workerchecks") for number in range(1, 13))
    fill = [str(bench.release / "fairlead-bench"), "store", url, "fill", str(bench.grown_orders)]
    subprocess.run(fill, cwd=folder, stderr=subprocess.DEVNULL, check=True, env={**os.environ, "FAIRLEAD_BENCH_KEY": hosts.KEY})
    if server:
        server.vacuum("bench")
    with hosts.host(bench.release, folder, free_port(), store=url, connections=connections) as program:
        browser = Browser(program.port)
        browser.sign_in()
        # What stands behind the pages: the issues are found, and the first look is nobody's.
        time.sleep(5)
        names = {kind: re.search(rf"{start}[0-9a-z]{{26}}", browser.ask("GET", path)[1]).group(0) for kind, (path, start) in KINDS.items()}
        for page in PAGES:
            found += rows(bench, program, browser, f"{store} page", (page, page.format(**names)), count, PAGE_MS)
        for text in SEARCHES:
            path = "/orders?" + urllib.parse.urlencode({"q": text.format(**names)})
            found += rows(bench, program, browser, f"{store} search", (text, path), count, SEARCH_MS)
        for name in ("events", "runs"):
            for text in ABOUT:
                path = f"/{name}?" + urllib.parse.urlencode({"about": text})
                found += rows(bench, program, browser, f"{store} search of {name}", (text, path), count, SEARCH_MS)
    return found


def run(bench):
    with hosts.scratch() as folder:
        found = look(bench, folder, "SQLite", "sqlite:bench.db")
    with hosts.scratch() as folder, bench.postgres(folder) as server:
        return found + look(bench, folder, "PostgreSQL", server.database("bench"), server)
