-- A provider in Lua, as docs/providers.md builds it, for an invented API.

-- What the provider's words mean. A word that is not here is shown to people, and changes nothing.
local states = {
    created = "requested",
    invited = "awaiting_candidate",
    working = "in_progress",
    on_hold = "paused",
    done = "completed",
    stopped = "cancelled",
}
local outcomes = { clear = "clear", review = "consider" }

local function call(ctx, method, path, options)
    options = options or {}
    options.method, options.url = method, ctx.account.base_url .. path
    options.auth = { bearer = ctx.secret.api_key }
    return ctx.http.request(options)
end

local function report_of(check)
    return {
        status = check.status, state = states[check.status],
        result = check.result, outcome = outcomes[check.result or ""],
        report_url = check.report_url,
    }
end

local function packages(ctx)
    return ctx.ok(call(ctx, "GET", "/packages"), "message").packages
end

local function submit(order, ctx)
    local reply = call(ctx, "POST", "/checks", {
        headers = { ["idempotency-key"] = order.idempotency_key },
        json = {
            package = order.package,
            first_name = order.candidate.first_name,
            last_name = order.candidate.last_name,
            email = order.candidate.email,
            callback_url = order.callback_url,
        },
    })
    return { reference = ctx.ok(reply, "message").id }
end

local function report(reference, ctx)
    local reply = call(ctx, "GET", "/checks/" .. reference)
    -- Only the provider itself says that there is none; a proxy's page says nothing.
    if reply.status == 404 and type(reply.json) == "table" and reply.json.message then
        return nil
    end
    return report_of(ctx.ok(reply, "message"))
end

local function cancel(reference, ctx)
    local reply = call(ctx, "DELETE", "/checks/" .. reference)
    if reply.status == 409 then
        return { cancelled = false, reason = "too_late" }
    end
    ctx.ok(reply, "message")
    return { cancelled = true }
end

local function interpret(webhook)
    local check = webhook.body
    if type(check) ~= "table" or not check.id then
        return {}
    end
    return { { reference = check.id, report = check.status and report_of(check) or nil } }
end

return { packages = packages, submit = submit, report = report, cancel = cancel, interpret = interpret }
