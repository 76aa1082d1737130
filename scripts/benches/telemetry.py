"""What traces and metrics cost: whole jobs of a host that sends every span to a collector, beside the same without one. /metrics is there in both."""
import http.server, threading
from contextlib import contextmanager
from . import hosts
from .programs import free_port
from .table import paired


class Collector(http.server.BaseHTTPRequestHandler):
    """Takes everything and keeps nothing."""
    protocol_version = "HTTP/1.1"
    taken = 0

    def do_POST(self):
        Collector.taken += len(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


@contextmanager
def collector():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


def jobs(bench, exports):
    outside = free_port()
    with hosts.scratch() as folder, collector() as port:
        more = f'telemetry: {{ otlp: "http://127.0.0.1:{port}" }}\n' if exports else ""
        before = Collector.taken
        with hosts.host(bench.release, folder, outside, more=more) as program:
            found = hosts.outside(bench.release, outside, program, bench.jobs)
        if exports and Collector.taken == before:
            raise SystemExit("bench: the collector was sent nothing")
        return found


def run(bench):
    rounds = []
    for _ in range(bench.rounds):
        rounds.append({"host": jobs(bench, True), "peer": jobs(bench, False)})
        for name, figures in rounds[-1].items():
            bench.say("telemetry " + ("to a collector" if name == "host" else "without"), figures)
    return [paired("a job with all its traces sent, CPU, ÷ without", rounds, "ms", ("≤", 1.25), "cpu_ms")]
