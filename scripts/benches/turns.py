"""Sixteen connections with uneven load: how long a quiet one's job takes, beside what it takes alone."""
import subprocess, time
from . import hosts
from .programs import free_port
from .table import paired

OTHERS = ["busy"] + [f"other-{number}" for number in range(14)]


def quiet_job(bench, is_alone):
    """The quiet connection's jobs, one every 50 ms; beside them, thousands at once on a busy connection and on fourteen others."""
    noise, calm = free_port(), free_port()
    connections = "".join(hosts.connection(name, noise, "noise") for name in OTHERS) + hosts.connection("quiet", calm, "calm")
    accounts = hosts.ACCOUNT.format(name="noise", outside=noise) + hosts.ACCOUNT.format(name="calm", outside=calm)
    with hosts.scratch() as folder, hosts.host(bench.release, folder, calm, connections=connections, accounts=accounts) as program:
        crowd = None
        if not is_alone:
            command = hosts.outside_command(bench.release, noise, program.port, bench.crowd, connections=",".join(OTHERS))
            crowd = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            time.sleep(1)
        try:
            found = hosts.outside(bench.release, calm, program, bench.quiet_jobs, connections="quiet", pace_ms=50)
            if crowd and crowd.poll() is not None:
                print("bench: the crowd's work ended before the quiet connection's; the ratio says too little", flush=True)
        finally:
            if crowd:
                crowd.kill()
                crowd.wait()
                program.process.kill()
    del found["cpu_ms"]
    return found


def run(bench):
    rounds = []
    for _ in range(bench.rounds):
        rounds.append({"host": quiet_job(bench, False), "peer": quiet_job(bench, True)})
        for name, figures in rounds[-1].items():
            bench.say(f"turns {'in the crowd' if name == 'host' else 'alone'}", figures)
    return [paired("a quiet connection's job, p99, ÷ alone", rounds, "ms", ("≤", 2), "job_p99_ms")]
