-- What is posted to the sender: {type, timestamp, data}, signed as Standard Webhooks.
local json, screening, time = require "json", require "screening", require "time"
local callback = {}

--- The fields of an order that an update tells, always the same ones. The candidate is left out: the sender knows them.
function callback.order_data(update)
    local order, previous = update.order, update.previous or {}
    local metadata = {}
    for name, value in pairs(order.metadata or {}) do
        if name ~= "callback_url" then
            metadata[name] = value
        end
    end
    return {
        id = order.id,
        external_id = order.external_id,
        package = order.package,
        state = order.state,
        outcome = order.outcome or json.null,
        waiting_on = order.waiting_on or json.null,
        report_url = order.report_url or json.null,
        checks = order.checks or json.array(),
        problem = order.problem or json.null,
        metadata = metadata,
        created_at = order.created_at,
        updated_at = order.updated_at,
        previous = { state = previous.state or json.null, outcome = previous.outcome or json.null },
        cause = update.cause,
    }
end

--- Posts, and ends the run unless the answer is a success. The id is the same in every attempt of a run, so a receiver
--- that keeps it handles nothing twice; the host signs each attempt with the time at which it goes out.
function callback.post(ctx, url, kind, data)
    local reply = ctx.http.post(url, {
        json = { type = kind, timestamp = time.format(math.floor(ctx.now())), data = data },
        sign = { standard_webhooks = ctx.secret.callback, id = ctx.run.id .. "_" .. (data.id or "0") },
    })
    screening.answered(ctx, reply, "the callback")
    if reply.status < 200 or reply.status >= 300 then
        ctx.park(("the callback was not told: it answered %d: %s"):format(reply.status, screening.reason(reply)))
    end
    return reply
end

return callback
