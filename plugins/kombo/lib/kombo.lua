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
    local look_at = "check the secret api_key and the setting integration_id"
    local status = reply.status
    if closed and (status == 400 or status == 409 or status == 422) then
        ctx.skip(("Kombo has closed the order and takes no further change (%d: %s)"):format(status, screening.reason(reply)))
    end
    return screening.told(ctx, reply, { name = "Kombo", thing = "the order", look_at = look_at })
end

return kombo
