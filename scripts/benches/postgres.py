"""A PostgreSQL server for one run."""
import os, pathlib, subprocess, sys
from . import programs


class Postgres:
    """A server in a folder of its own, as durable as it is by default, reached through a socket; root becomes somebody else for it."""

    def __init__(self, folder):
        self.folder = folder / "postgres"
        self.folder.mkdir()
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        if not found:
            sys.exit("bench: PostgreSQL's server is not installed: run scripts/setup bench")
        self.programs = found[-1]
        self.user = []
        if os.getuid() == 0:
            for path in (folder, self.folder):
                path.chmod(0o755)
            subprocess.run(["chown", "postgres", self.folder], check=True)
            self.user = ["runuser", "-u", "postgres", "--"]

    def run(self, program, *arguments):
        command = self.user + [self.programs / program, *arguments]
        subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def __enter__(self):
        self.run("initdb", "-D", self.folder / "data", "-A", "trust", "-U", "fairlead", "-E", "UTF8", "--locale=C")
        options = f"-k {self.folder} -c listen_addresses= -c shared_buffers=256MB -c max_wal_size=4GB"
        self.run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", options, "start")
        return self

    def __exit__(self, *_):
        self.run("pg_ctl", "-D", self.folder / "data", "-w", "-m", "immediate", "stop")

    def database(self, name, template="template0"):
        self.run("createdb", "-h", self.folder, "-U", "fairlead", "-T", template, name)
        return f"postgres://fairlead@/{name}?host={self.folder}"

    def analyze(self, name):
        """As the server does by itself within a minute of much growth."""
        self.run("psql", "-h", self.folder, "-U", "fairlead", "-d", name, "-qc", "ANALYZE")

    def vacuum(self, name):
        """As the server does by itself in a store that has grown over months, and would do beside what is measured in one that was written in minutes."""
        self.run("psql", "-h", self.folder, "-U", "fairlead", "-d", name, "-qc", "VACUUM ANALYZE")

    def cpu(self):
        """Processor seconds of the server and of those of its processes that still run."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        return programs.processor_seconds(pid)
