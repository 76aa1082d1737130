"""The mapping of `fairlead-bench mapping` in a Python process that is already running, asked over a socketpair: prints median and 99th percentile in
microseconds.

Usage: python3 mapping.py PAYLOAD COUNT
"""
import json, os, socket, struct, sys, time

PACKAGES = {"Engineering": "pkg_1"}


def map_event(raw):
    application = json.loads(raw)["payload"]["application"]
    candidate = application["candidate"]
    package = "pkg_2"
    for job in application["jobs"]:
        for department in job["departments"]:
            package = PACKAGES.get(department["name"], package)
    return json.dumps({
        "external_id": f"application-{application['id']}",
        "package": package,
        "candidate": {
            "first_name": candidate["first_name"].strip(), "last_name": candidate["last_name"].strip(),
            "email": candidate["email_addresses"][0]["value"], "phone": candidate["phone_numbers"][0]["value"],
        },
        "metadata": {"stage": application["current_stage"]["name"], "requisition": application["jobs"][0]["requisition_id"]},
    }).encode()


def receive(connection):
    data = b""
    while len(data) < 4:
        part = connection.recv(65536)
        if not part:
            sys.exit(0)
        data += part
    size = struct.unpack("<I", data[:4])[0]
    while len(data) < size + 4:
        data += connection.recv(65536)
    return data[4:]


def send(connection, data):
    connection.sendall(struct.pack("<I", len(data)) + data)


ours, theirs = socket.socketpair()
if os.fork() == 0:
    ours.close()
    while True:
        send(theirs, map_event(receive(theirs)))
theirs.close()
payload = open(sys.argv[1], "rb").read()
times = []
for number in range(int(sys.argv[2]) + 200):
    started = time.perf_counter()
    send(ours, payload)
    receive(ours)
    if number >= 200:
        times.append((time.perf_counter() - started) * 1e6)
ours.close()
times.sort()
print(f"{times[len(times) // 2]:.1f} {times[len(times) * 99 // 100]:.1f}")
