"""What has happened at a host before somebody looks: nothing, a usual morning, or everything that can fail. All of it is invented."""
from stage import Host, Receiver, call, eventually

SIGNING = "whsec_c2ltdWxhdGVkLWV2ZW50LXNlY3JldC0wMDE="
CALLBACK = "whsec_c2ltdWxhdGVkLWNhbGxiYWNrLXNlY3JldC0x"
# A name that would be an element, and end an attribute, on a page that forgets to escape it. Names may hold no control characters.
MARKUP = ("<b>Ana</b>", '"Roe" & \'Co\'')
ZINC_KEY = "simulated-zinc-key"

# Fails for an office that the script's author never thought of.
OFFICE_SCRIPT = """return function(base)
    local plugins = base.on_event
    function base.on_event(event, ctx)
        local data = event.body and event.body.data
        if data and data.package == "pkg_2" then
            local office = data.office
            ctx.log.info("the office decides", { office = office.name })
        end
        return plugins(event, ctx)
    end
    return base
end
"""
PLAIN_SCRIPT = """return function(base)
    return base
end
"""


def account(name, simulators, provider="zinc", **more):
    if provider == "workerchecks":
        lines = {"base_url": f"{simulators.url}/workerchecks", "widget_secret": "simulated-widget-secret", "poll": "2s"}
    else:
        lines = {"environment": "staging", "base_url": f"{simulators.url}/zinc/partner/v2", "api_key": ZINC_KEY,
                 "webhook_tokens": "[simulated-zinc-signing-token]"}
    return f"  {name}:\n    provider: {provider}\n" + "".join(f"    {key}: {value}\n" for key, value in (lines | more).items())


def connection(name, simulators, accounts="zinc-uk", script=None):
    return (
        f"  {name}:\n    plugin: webhook\n    accounts: [{accounts}]\n    secrets: {{ signing: {SIGNING}, callback: {CALLBACK} }}\n"
        "    settings:\n      paths:\n        external_id: data.application.id\n        first_name: data.candidate.first_name\n"
        "        last_name: data.candidate.last_name\n        email: data.candidate.email\n        phone: data.candidate.phone\n"
        "        package: data.package\n        callback_url: data.callback_url\n"
        f'    callback_hosts: ["127.0.0.1:{simulators.port}"]\n'
        + (f"    script: {script}\n" if script else ""))


def lose_the_answer(simulators):
    """The next order reaches Zinc, but neither its answer nor its webhook reaches us: nobody knows."""
    simulators.fault("zinc", "create", "drop_after")
    simulators.fault("zinc", "webhook", "lose")


def empty(folder, simulators):
    """A host that was set up and has heard nothing yet."""
    return Host(folder, "accounts:\n" + account("zinc-uk", simulators) + "connections:\n" + connection("acme", simulators))


def full(folder, simulators):
    """A usual morning: orders in every state, most of them well."""
    host = Host(
        folder,
        "accounts:\n" + account("zinc-uk", simulators) + account("workerchecks-au", simulators, "workerchecks")
        + "connections:\n" + connection("acme", simulators) + connection("globex", simulators, "workerchecks-au")
        + connection("initech", simulators, script="office.lua"),
        {"office.lua": PLAIN_SCRIPT})
    people = [
        ("Jane", "Doe", "awaiting-candidate"), (*MARKUP, "in-progress"), ("Ben", "Lee", "all-clear"), ("Chiara", "Romano", "attention-needed"),
        ("Dana", "Okafor", "ready-for-review"), ("Emil", "Nowak", "cancelled"), ("Fatima", "Haddad", "paused"), ("Goran", "Ilic", None),
        ("Hana", "Sato", "awaiting-candidate"), ("Ines", "Moreau", "all-clear"), ("Jonas", "Berg", "in-progress"), ("Kofi", "Mensah", "reviewed"),
    ]
    for number, (first, last, status) in enumerate(people, 101):
        simulators.order(host, "acme", f"application-{number}", first, last)
    for number, (first, last, status) in enumerate(people, 101):
        order = host.order_in("requested", "acme", f"application-{number}")
        if status:
            simulators.zinc(order["provider_ref"], status, "clear" if status in ("all-clear", "reviewed") else None)
    simulators.order(host, "globex", "application-201", "Lea", "Fischer", "prod_1")
    simulators.order(host, "globex", "application-202", *MARKUP, "prod_2")
    lose_the_answer(simulators)
    simulators.order(host, "acme", "application-301", *MARKUP, "pkg_2")
    host.order_in("uncertain", "acme", "application-301")
    simulators.fault("zinc", "create", "status", status=422)
    simulators.order(host, "acme", "application-302", "Mia", "Lind")
    host.order_in("refused", "acme", "application-302")
    host.write("office.lua", OFFICE_SCRIPT)
    host.reload()
    for number in range(401, 404):
        simulators.order(host, "initech", f"application-{number}", *MARKUP, "pkg_2")
    eventually("dead letters", lambda: len(host.items("/runs?state=dead&connection=initech")) == 3)
    host.receiver = Receiver()
    host.api("PUT", "/webhooks/hr-system", {"url": host.receiver.url, "events": ["*"]})
    host.api("POST", "/webhooks/hr-system/test", {})
    host.api("POST", "/connections/globex/pause", {"note": "The contract is being <i>renewed</i>."})
    for number, (_, _, status) in enumerate(people, 101):
        if status == "all-clear":
            host.order_in("completed", "acme", f"application-{number}")
    eventually("a delivery", lambda: host.receiver.received)
    return host


def failing(folder, simulators):
    """Everything that can fail does: a wrong key, a provider that is away, a script that errs, refused deliveries, a webhook that is not taken."""
    host = Host(
        folder,
        "accounts:\n" + account("zinc-uk", simulators, api_key="the-key-of-last-year") + account("zinc-away", simulators, base_url="http://127.0.0.1:9")
        + "connections:\n" + connection("acme", simulators) + connection("globex", simulators, "zinc-away")
        + connection("initech", simulators, script="office.lua"),
        {"office.lua": OFFICE_SCRIPT})
    host.receiver = Receiver()
    host.receiver.status = 500
    host.api("PUT", "/webhooks/hr-system", {"url": host.receiver.url, "events": ["*"]})
    for name, number in (("acme", 101), ("acme", 102), ("globex", 201)):
        simulators.order(host, name, f"application-{number}", *MARKUP)
    for number in range(301, 304):
        simulators.order(host, "initech", f"application-{number}", *MARKUP, "pkg_2")
    for _ in range(4):
        call("POST", f"{host.url}/ats/acme/standard", {"signed": "by nobody"})
    host.write("fairlead.yaml", (folder / "fairlead.yaml").read_text() + "    no_such_key: true\n")
    host.reload()
    eventually("dead letters", lambda: len(host.items("/runs?state=dead&connection=initech")) == 3)
    eventually("an issue about the key", lambda: host.items("/issues?kind=credentials_refused"))
    eventually("a delivery that failed", lambda: host.receiver.received)
    return host
