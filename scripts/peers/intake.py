"""What somebody would write to take webhooks in: HMAC verified, duplicates found by an id, committed to SQLite before the answer. It works on nothing.

    uvicorn intake:application --app-dir scripts/peers [--workers 2]

With PEER_GROUPED=1, and one worker, a writer commits together whatever has arrived while its last commit was running.
"""
import asyncio, contextlib, hashlib, hmac, json, os, sqlite3, time
from fastapi import FastAPI, Request, Response

SECRET = b"bench-signing-secret"
IS_GROUPED = bool(os.environ.get("PEER_GROUPED"))
database = sqlite3.connect("intake.db", timeout=30, check_same_thread=False)
database.executescript("""
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, body BLOB NOT NULL, received_at REAL NOT NULL);
""")
waiting = asyncio.Queue()


def store(rows):
    with database:
        return [database.execute("INSERT INTO events VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row).rowcount == 1 for row in rows]


async def write():
    while True:
        some = [await waiting.get()]
        while not waiting.empty():
            some.append(waiting.get_nowait())
        stored = await asyncio.to_thread(store, [row for row, _ in some])
        for (_, answer), is_new in zip(some, stored):
            answer.set_result(is_new)


@contextlib.asynccontextmanager
async def lifespan(_):
    writer = asyncio.create_task(write()) if IS_GROUPED else None
    yield
    if writer:
        writer.cancel()


application = FastAPI(lifespan=lifespan)


async def take(request, header, identify):
    body = await request.body()
    expected = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get(header, "")):
        return Response(status_code=401)
    row = (identify(json.loads(body)), body, time.time())
    if IS_GROUPED:
        stored = asyncio.get_running_loop().create_future()
        waiting.put_nowait((row, stored))
        is_new = await stored
    else:
        is_new = store([row])[0]
    return {"event": row[0], "duplicate": not is_new}


@application.get("/healthz")
async def healthz():
    return {}


@application.post("/ats/bench/hmac")
async def deliver(request: Request):
    return await take(request, "x-signature", lambda payload: payload["external_id"])


@application.post("/providers/zinc")
async def webhook(request: Request):
    return await take(request, "x-zinc-webhook-signature", lambda payload: f"{payload['id']} {payload['statusV2']}")
