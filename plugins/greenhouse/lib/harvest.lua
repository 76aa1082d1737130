-- Greenhouse's Harvest API: notes and custom fields, written in the name of a user.
local map, screening = require "map", require "screening"
local harvest = {}

-- Greenhouse counts requests in windows of ten seconds.
local told = {
    name = "Greenhouse", thing = "the candidate or the application", wait = 10,
    look_at = "check the secret harvest_key and the setting harvest_user_id",
}

local function call(ctx, method, path, body)
    return ctx.http.request {
        method = method,
        url = ctx.settings.harvest_url:gsub("/$", "") .. path,
        headers = body and { ["on-behalf-of"] = screening.id(ctx.settings.harvest_user_id) or tostring(ctx.settings.harvest_user_id) },
        auth = { basic = { ctx.secret.harvest_key, "" } },
        json = body,
    }
end

-- Candidates who are merged leave their id; the application names the one who took its place.
local function merged_into(ctx, metadata)
    if not metadata.application_id then
        return nil
    end
    local reply = call(ctx, "GET", "/applications/" .. metadata.application_id)
    local id = reply.status == 200 and screening.id(map(reply.json):text("candidate_id"))
    return id and id ~= metadata.candidate_id and id or nil
end

-- Writes to the candidate, or to the one that it was merged into. No host call may stand between a failed request and its `retry`.
local function write(ctx, method, metadata, path, body)
    local reply = call(ctx, method, "/candidates/" .. metadata.candidate_id .. path, body)
    if reply.status == 404 or reply.status == 410 then
        local other = merged_into(ctx, metadata)
        if other then
            reply = call(ctx, method, "/candidates/" .. other .. path, body)
        end
    end
    screening.told(ctx, reply, told)
end

--- Whether the settings allow writing at all: every write needs a user.
function harvest.may_write(ctx)
    return ctx.settings.harvest_user_id ~= nil
end

--- Posts a note to the candidate's activity feed. `metadata` has candidate_id and application_id.
function harvest.note(ctx, metadata, text)
    local user = ctx.settings.harvest_user_id
    write(ctx, "POST", metadata, "/activity_feed/notes", {
        user_id = math.tointeger(tonumber(user)) or user,
        body = text,
        visibility = ctx.settings.note_visibility,
    })
end

--- Sets custom fields of the candidate, or of the application. `values` is a list of {name_key, value}.
function harvest.set_fields(ctx, metadata, values)
    local body = { custom_fields = values }
    if ctx.settings.fields_of == "application" then
        screening.told(ctx, call(ctx, "PATCH", "/applications/" .. metadata.application_id, body), told)
    else
        write(ctx, "PATCH", metadata, "", body)
    end
end

return harvest
