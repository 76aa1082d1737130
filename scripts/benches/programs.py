"""Starts programs and measures what they use."""
import http.client, os, pathlib, socket, subprocess, sys, time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PEERS = ROOT / "scripts" / "peers"
# Where `scripts/setup bench` puts what the peers need from PyPI.
PEERS_PYTHON = ROOT / ".build" / "bench-venv" / "bin" / "python"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status(port, path):
    """The status of a GET; 0 where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def stat(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def processor_seconds(pid, with_children=True):
    """User and system time of a process; with that of its children, the ended ones too."""
    tick = os.sysconf("SC_CLK_TCK")
    own = stat(pid)
    if not with_children:
        return (int(own[11]) + int(own[12])) / tick
    total = sum(map(int, own[11:15]))
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = stat(folder.name)
        except OSError:
            continue
        if int(fields[1]) == pid:
            total += sum(map(int, fields[11:15]))
    return total / tick


def memory(pid):
    """Resident megabytes of a process, its children apart."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024


def figures(text):
    """`name value` lines as a dictionary."""
    return {name: float(value) for name, value in (line.split() for line in text.splitlines())}


class Program:
    """A program that serves on a port until the end of the `with`; `took` says after how many milliseconds the path was answered 200."""

    def __init__(self, folder, command, port, path="/healthz", environment=None):
        self.port, self.log = port, folder / "log"
        began = time.monotonic()
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [str(part) for part in command], cwd=folder, stdout=log, stderr=log, env={**os.environ, **(environment or {})})
        self.pid = self.process.pid
        while status(port, path) != 200:
            if self.process.poll() is not None or time.monotonic() - began > 60:
                self.__exit__()
                sys.exit(f"bench: {command[0]} did not start:\n" + self.log.read_text()[-2000:])
            time.sleep(0.001)
        self.took = (time.monotonic() - began) * 1000

    def cpu(self, with_children=True):
        return processor_seconds(self.pid, with_children)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
