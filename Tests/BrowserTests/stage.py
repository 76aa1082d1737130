"""What a test of the dashboard stands on: simulated providers, hosts, and somebody who is told by webhook."""
import base64, http.client, http.server, json, os, pathlib, signal, socket, subprocess, tempfile, threading, time
import urllib.error, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FAIRLEAD = pathlib.Path(os.environ.get("FAIRLEAD", ROOT / ".build" / "debug" / "fairlead"))
ADMIN = "browser-tests-admin-token"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(what, found, seconds=30):
    """Asks again and again until the answer is something, and returns it; says what it waited for where that never comes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = found()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"after {seconds} s there is still no {what}")


def call(method, url, body=None, token=None):
    """Status and JSON of a request."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=20) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


class Program:
    """A program that serves on a port until it is stopped. What it says goes to a file."""

    def __init__(self, folder, arguments, port, path):
        self.port, self.log = port, folder / f"log-{port}"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([FAIRLEAD, *arguments], cwd=folder, stdout=log, stderr=log)
        eventually(f"answer of fairlead {arguments[0]} (its log: {self.log})", lambda: self.answers(path))

    def answers(self, path):
        if self.process.poll() is not None:
            raise AssertionError(f"fairlead ended by itself:\n{self.log.read_text()[-3000:]}")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Simulators:
    """Stand-ins for Zinc, WorkerChecks and an ATS."""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.program = Program(folder, ["simulate", "--port", str(self.port)], self.port, "/control/faults")

    def control(self, path, body=None, method="POST"):
        status, answer = call(method, f"{self.url}/control/{path}", body)
        assert status == 200, f"the simulators answered {path} with {status}: {answer}"
        return answer

    def order(self, host, connection, application, first, last, package="pkg_1", **more):
        """An ATS sends a signed event that asks for a screening."""
        candidate = {"first_name": first, "last_name": last, "email": f"{application}@example.test", "phone": "+441632960000"}
        self.control("ats/events", {
            "url": f"{host.url}/ats/{connection}/standard", "application": application, "package": package,
            "candidate": candidate | more})

    def fault(self, provider, operation, fault, **more):
        self.control("faults", {"provider": provider, "operation": operation, "fault": fault} | more)

    def zinc(self, reference, status, result=None):
        """Zinc says how far a request is, and sends its webhook."""
        self.control(f"zinc/requests/{reference}", {"statusV2": status} | ({"result": result} if result else {}))

    def stop(self):
        self.program.stop()


class Host:
    """A host with settings of its own, in a folder of its own."""

    def __init__(self, folder, settings, scripts=None):
        self.folder, self.port = folder, free_port()
        folder.mkdir()
        self.url = f"http://127.0.0.1:{self.port}"
        key = base64.b64encode(os.urandom(32)).decode()
        self.frame = (
            f'server: {{ host: 127.0.0.1, port: {self.port}, public_url: "{self.url}" }}\n'
            'store: { url: "sqlite:fairlead.db" }\n'
            f'encryption: {{ keys: ["{key}"] }}\n'
            f"admin: {{ token: {ADMIN} }}\n"
            f'plugins: {{ paths: ["{ROOT / "plugins"}"] }}\n'
            'network: { allow: ["127.0.0.0/8"] }\n'
            "workers: { count: 1, confinement: best_effort }\n"
            "retries: { script_errors: 1 }\n")
        for name, text in (scripts or {}).items():
            self.write(name, text)
        self.write("fairlead.yaml", self.frame + settings)
        self.program = Program(folder, ["serve", "--log-level", "notice"], self.port, "/healthz")

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def reload(self, settings=None):
        """Takes changed files over, and waits until the host says that it has, or that it will not."""
        if settings is not None:
            self.write("fairlead.yaml", self.frame + settings)
        said = self.program.log.read_text().count("reload.")
        self.program.process.send_signal(signal.SIGHUP)
        eventually("word of the reload", lambda: self.program.log.read_text().count("reload.") > said)

    def api(self, method, path, body=None, token=ADMIN):
        status, answer = call(method, f"{self.url}/api/v1{path}", body, token)
        assert status < 300, f"{method} {path} was answered {status}: {answer}"
        return answer

    def items(self, path):
        return self.api("GET", path)["items"]

    def order(self, connection, external_id):
        """The order of an external id, once it is there."""
        path = f"/orders?connection={connection}&external_id={external_id}"
        return eventually(f"order {external_id}", lambda: self.items(path))[0]

    def order_in(self, state, connection, external_id, seconds=30):
        def found():
            order = self.order(connection, external_id)
            return order if order["state"] == state else None
        return eventually(f"order {external_id} in the state {state}", found, seconds)

    def place(self, connection, external_id, first, last, package="pkg_1"):
        candidate = {"first_name": first, "last_name": last, "email": f"{external_id}@example.test", "phone": "+441632960000"}
        return self.api("POST", "/orders", {
            "connection": connection, "external_id": external_id, "package": package, "candidate": candidate})

    def token(self, name, *scopes):
        return self.api("POST", "/tokens", {"name": name, "scopes": list(scopes)})["token"]

    def stop(self):
        self.program.stop()


class Receiver:
    """Somebody who is told by webhook, and answers what it is asked to."""

    def __init__(self):
        receiver = self
        self.status, self.received = 200, []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                receiver.received.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/told"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()


def scratch():
    return tempfile.TemporaryDirectory(prefix="fairlead-browser-")
