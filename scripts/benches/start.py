"""From start to ready, memory at rest, and what a thousand connections add."""
import hashlib, hmac, resource, socket, statistics, time
from . import hosts
from .programs import free_port, memory
from .table import Row

STARTS, CONNECTIONS = 5, 1000


def deliver(connection, number):
    """Sends one delivery of 2 KB and reads its answer; the connection stays open."""
    body = f'{{"external_id":"job-{number}","notes":"{"x" * 1900}"}}'.encode()
    signature = hmac.new(hosts.SECRET, body, hashlib.sha256).hexdigest()
    head = f"POST /ats/skipping/hmac HTTP/1.1\r\nHost: bench\r\nX-Signature: {signature}\r\nContent-Type: application/json\r\n"
    connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    answer = connection.recv(4096)
    if not answer.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"bench: a delivery was answered {answer[:60]!r}")


def run(bench):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with hosts.scratch() as folder:
        times = []
        for _ in range(STARTS):
            with hosts.host(bench.release, folder, free_port()) as program:
                times.append(program.took)
        with hosts.host(bench.release, folder, free_port()) as program:
            time.sleep(3)
            idle = memory(program.pid)
            # What the first deliveries bring, whoever sends them, is not the connections'.
            with socket.create_connection(("127.0.0.1", program.port)) as first:
                for number in range(CONNECTIONS):
                    deliver(first, f"before-{number}")
            time.sleep(2)
            warm = memory(program.pid)
            kept = [socket.create_connection(("127.0.0.1", program.port)) for _ in range(CONNECTIONS)]
            for number, connection in enumerate(kept):
                deliver(connection, number)
            time.sleep(2)
            added = memory(program.pid) - warm
            for connection in kept:
                connection.close()
    found = {"ready_ms": statistics.median(times), "idle_mb": idle, "warm_mb": warm, "added_mb": added}
    bench.say("start", found)
    return [
        Row("start to ready", found["ready_ms"], "ms", ("≤", 60)),
        Row("memory at rest", idle, "MB", ("≤", 45)),
        Row("1,000 connections add", added, "MB", ("≤", 40)),
    ]
