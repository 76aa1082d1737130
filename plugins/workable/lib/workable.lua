-- Workable on the wire: sending, and what identifies a check.
local crypto, screening = require "crypto", require "screening"
local workable = {}

--- Sends JSON; ends the run unless Workable takes it.
function workable.send(ctx, method, url, token, body)
    local reply = ctx.http.request { method = method, url = url, auth = { bearer = token }, json = body }
    -- Workable counts requests in windows of ten seconds.
    return screening.told(ctx, reply, {
        name = "Workable", thing = "the check or the candidate", look_at = "check the connection's secrets", wait = 10,
    })
end

--- What identifies the check that a callback address belongs to.
function workable.check_id(url)
    return "check-" .. crypto.hex(crypto.sha256(url)):sub(1, 32)
end

--- The order in one line: where it stands, what the provider remarks, the checks.
function workable.summary(order, word)
    local parts = { word }
    if order.problem and order.problem.message then
        parts[#parts + 1] = order.problem.message
    end
    for _, check in ipairs(order.checks or {}) do
        parts[#parts + 1] = ("%s: %s"):format(check.name or check.type or "Check", check.status or "pending")
    end
    return table.concat(parts, "; ")
end

return workable
