-- Greenhouse's Harvest API: notes and custom fields, written in the name of a user.
local screening = require "screening"
local harvest = {}

-- Ends the run unless the call succeeded. No host call may stand between a failed request and `retry`: the next attempt
-- sends the request again and must find the same calls after it.
local function settle(ctx, reply)
    local status = reply.status
    if status >= 200 and status < 300 then
        return
    elseif status == 404 or status == 410 then
        ctx.skip("the candidate is no longer in Greenhouse")
    elseif status == 429 then
        -- Greenhouse counts requests in windows of ten seconds.
        ctx.retry { after = screening.retry_after(reply) or 10, reason = "Greenhouse's rate limit is reached" }
    end
    screening.answered(ctx, reply, "Greenhouse", "check the secret harvest_key and the setting harvest_user_id")
    local field = type(reply.json) == "table" and type(reply.json.errors) == "table" and reply.json.errors[1]
    local where = type(field) == "table" and type(field.field) == "string" and " for the field " .. field.field:sub(1, 100) or ""
    ctx.park("Greenhouse answered " .. status .. where)
end

local function write(ctx, method, path, body)
    local user = tostring(ctx.settings.harvest_user_id)
    settle(ctx, ctx.http.request {
        method = method,
        url = ctx.settings.harvest_url:gsub("/$", "") .. path,
        headers = { ["on-behalf-of"] = user },
        auth = { basic = { ctx.secret.harvest_key, "" } },
        json = body,
    })
end

--- Whether the settings allow writing at all: every write needs a user.
function harvest.may_write(ctx)
    return ctx.settings.harvest_user_id ~= nil
end

--- Posts a note to the candidate's activity feed.
function harvest.note(ctx, candidate_id, text)
    local user = ctx.settings.harvest_user_id
    write(ctx, "POST", "/candidates/" .. candidate_id .. "/activity_feed/notes", {
        user_id = math.tointeger(tonumber(user)) or user,
        body = text,
        visibility = ctx.settings.note_visibility,
    })
end

--- Sets custom fields of the candidate, or of the application. `values` is a list of {name_key, value}.
function harvest.set_fields(ctx, metadata, values)
    local path = "/candidates/" .. metadata.candidate_id
    if ctx.settings.fields_of == "application" then
        path = "/applications/" .. metadata.application_id
    end
    write(ctx, "PATCH", path, { custom_fields = values })
end

return harvest
