-- Kombo's API, for one integration (one customer's ATS).
local screening = require "screening"
local kombo = {}

--- Puts a document; ends the run unless Kombo takes it. `closed` says that Kombo may refuse it because the order is closed.
function kombo.put(ctx, integration, path, body, closed)
    local reply = ctx.http.put(ctx.settings.base_url:gsub("/$", "") .. path, {
        auth = { bearer = ctx.secret.api_key },
        headers = { ["x-integration-id"] = integration },
        json = body,
    })
    screening.answered(ctx, reply, "Kombo", "check the secret api_key and the setting integration_id")
    local status = reply.status
    if status >= 200 and status < 300 then
        return reply
    elseif status == 404 or status == 410 then
        ctx.skip("the order is no longer in Kombo")
    elseif closed then
        ctx.skip("Kombo has closed the order and takes no further change (" .. status .. ")")
    end
    ctx.park("Kombo answered " .. status)
end

return kombo
