"""Provider webhooks taken in by a host that also works on them, and the memory of as many open orders before they come."""
import subprocess, sys, time
from . import hosts, intake
from .programs import figures, free_port, memory
from .table import Row


def rest(program):
    """Waits until the host has nothing to do, and has given back what the burst of work left; it asks itself that every second."""
    last = program.cpu(False)
    for _ in range(15):
        time.sleep(2)
        now = program.cpu(False)
        if now - last < 0.06:
            break
        last = now
    time.sleep(2)


def host(bench):
    outside = free_port()
    with hosts.scratch() as folder, hosts.host(bench.release, folder, outside) as program:
        command = hosts.outside_command(bench.release, outside, program.port, bench.orders, flood=2)
        world = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            # It says so once all is ordered, and waits for a line before it calls back.
            if not world.stdout.readline().startswith("ordered"):
                sys.exit("bench: not everything was ordered; the host's last words:\n" + program.log.read_text()[-2000:])
            rest(program)
            open_mb = memory(program.pid)
            world.stdin.write("\n")
            world.stdin.flush()
            found = figures(world.stdout.readline())
        finally:
            world.kill()
            world.wait()
            program.process.kill()
    return {"per_second": found["webhooks_per_second"], "open_mb": open_mb}


def run(bench):
    # One round: ordering takes most of the time.
    ours = host(bench)
    rounds = [{"host": ours, **intake.peers(bench, "/providers/zinc", "webhook")}]
    for name, found in rounds[0].items():
        bench.say(f"webhooks {name}", found)
    asked = ("≤", 64) if bench.orders == 10_000 else None
    return intake.rows("provider webhooks", rounds) + [Row(f"memory with {bench.orders:,} open orders", ours["open_mb"], "MB", asked)]
