"""Every page of the dashboard."""
from stage import ADMIN, call

LISTS = (
    "/", "/orders", "/events", "/runs", "/issues", "/dead", "/connections", "/accounts", "/plugins", "/webhooks", "/audit", "/erasures", "/settings", "/hold")


def of(host):
    """The addresses of a host's pages: every list, lists that nothing matches, and one or more of everything that it has."""
    # The page of the audit shows what the API says of it.
    without = {"/audit"} if call("GET", f"{host.url}/api/v1/audit", token=ADMIN)[0] == 404 else set()
    pages = [page for page in LISTS if page not in without]
    pages += ["/orders?q=nobody-has-this-name", "/events?state=dead&connection=acme&until=2020-01-01T00:00:00Z", "/runs?hook=nothing"]
    orders, states = host.items("/orders?limit=200"), set()
    for order in orders:
        # One of every state: each has buttons and words of its own.
        if order["state"] not in states:
            states.add(order["state"])
            pages += [f"/orders/{order['id']}", f"/orders/{order['id']}/person"]
    runs, kinds = host.items("/runs?limit=200"), set()
    for run in runs:
        kind = (run["hook"], run["state"])
        if kind not in kinds:
            kinds.add(kind)
            pages.append(f"/runs/{run['id']}")
    events, kinds = host.items("/events?limit=200"), set()
    for event in events:
        kind = (event["kind"], event["state"])
        if kind not in kinds:
            kinds.add(kind)
            pages.append(f"/events/{event['id']}")
    pages += [f"/issues/{issue['id']}" for issue in host.items("/issues")[:4]]
    pages += [f"/connections/{connection['id']}" for connection in host.items("/connections")]
    pages += [f"/accounts/{account['id']}" for account in host.items("/accounts")]
    pages += [f"/webhooks/{webhook['id']}" for webhook in host.items("/webhooks")]
    return pages
