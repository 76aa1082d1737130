"""The script that somebody would write instead: an ATS's webhook in, an order at the provider out, its result back into the ATS.

    job.py PORT OUTSIDE zinc|workerchecks [--trust-webhooks]

One process, aiohttp, one SQLite file, committed before it answers. It retries nothing, finds no duplicates, seals nothing and runs nobody's mapping.
A webhook says that something changed, and the provider's list says what, as Fairlead has it; with --trust-webhooks the webhook's word is enough.
"""
import asyncio, hashlib, hmac, json, sqlite3, sys
from aiohttp import ClientSession, ClientTimeout, web

PORT, OUTSIDE, PROVIDER = int(sys.argv[1]), f"http://127.0.0.1:{sys.argv[2]}", sys.argv[3]
READS = "--trust-webhooks" not in sys.argv
SECRET = b"bench-signing-secret"
database = sqlite3.connect("job.db")
database.executescript("""
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE orders (external_id TEXT PRIMARY KEY, payload BLOB, reference TEXT, state TEXT, callback_url TEXT);
    CREATE INDEX orders_reference ON orders (reference);
""")


def is_signed(body, header):
    return hmac.compare_digest(hmac.new(SECRET, body, hashlib.sha256).hexdigest(), header or "")


async def deliver(request):
    body = await request.read()
    if not is_signed(body, request.headers.get("X-Signature")):
        return web.Response(status=401)
    payload = json.loads(body)
    with database:
        database.execute("INSERT INTO orders VALUES (?, ?, NULL, 'accepted', ?)", (payload["external_id"], body, payload["callback_url"]))
    asyncio.create_task(order(request.app["session"], payload))
    return web.json_response({"event": payload["external_id"]})


async def order(session, payload):
    candidate, external_id = payload["candidate"], payload["external_id"]
    if PROVIDER == "zinc":
        body = {
            "packageId": payload["package"],
            "candidate": {"firstName": candidate["first_name"], "lastName": candidate["last_name"], "email": candidate["email"], "phone": candidate["phone"]},
            "resultsCallbackURL": f"http://127.0.0.1:{PORT}/providers/zinc",
        }
        async with session.post(OUTSIDE + "/zinc/checks", json=body) as answer:
            reference = (await answer.json())["id"]
    else:
        body = {
            "productId": payload["package"], "firstName": candidate["first_name"], "lastName": candidate["last_name"],
            "email": candidate["email"], "mobile": candidate["phone"], "reference": external_id,
        }
        async with session.post(OUTSIDE + "/workerchecks/invitations", json=body) as answer:
            reference = (await answer.json())["id"]
    with database:
        database.execute("UPDATE orders SET reference = ?, state = 'requested' WHERE external_id = ?", (reference, external_id))
    await tell(session, external_id, "requested")
    if PROVIDER != "zinc":
        await asyncio.sleep(1)
        async with session.get(f"{OUTSIDE}/workerchecks/invitations/{reference}/result") as answer:
            if (await answer.json())["status"] == "Completed":
                await complete(session, external_id)


async def result(request):
    body = await request.read()
    if not is_signed(body, request.headers.get("x-zinc-webhook-signature")):
        return web.Response(status=401)
    said = json.loads(body)
    found = database.execute("SELECT external_id FROM orders WHERE reference = ?", (said["id"],)).fetchone()
    if not found:
        # The webhook was faster than the answer to the order.
        found = ("job-" + said["id"].removeprefix("chk_"),)
    asyncio.create_task(confirm(request.app["session"], said["id"], found[0]) if READS else complete(request.app["session"], found[0]))
    return web.json_response({})


async def confirm(session, reference, external_id):
    async with session.get(OUTSIDE + "/zinc/results") as answer:
        listed = next(one for one in await answer.json() if one["id"] == reference)
    if listed["status"] == "completed":
        await complete(session, external_id)


async def complete(session, external_id):
    with database:
        database.execute("UPDATE orders SET state = 'completed' WHERE external_id = ?", (external_id,))
    await tell(session, external_id, "completed")


async def tell(session, external_id, state):
    url = database.execute("SELECT callback_url FROM orders WHERE external_id = ?", (external_id,)).fetchone()[0]
    async with session.post(url, json={"type": "order.updated", "data": {"external_id": external_id, "state": state}}) as answer:
        await answer.read()


async def main():
    application = web.Application()
    # Thousands wait for one another here, longer than the five minutes that aiohttp gives a request.
    application["session"] = ClientSession(timeout=ClientTimeout(total=None))
    application.add_routes([
        web.get("/healthz", lambda _: web.json_response({})), web.post("/ats/bench/hmac", deliver), web.post("/providers/zinc", result),
    ])
    return application


web.run_app(main(), host="127.0.0.1", port=PORT, print=None, access_log=None)
