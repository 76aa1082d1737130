-- Lever's API: opportunities with their notes, tags and links.
local screening = require "screening"
local lever = {}

local function send(ctx, method, path, query, body)
    local user = { basic = { ctx.secret.api_key, "" } }
    local reply = ctx.http.request {
        method = method,
        url = ctx.settings.base_url:gsub("/$", "") .. path,
        query = query,
        json = body,
        auth = ctx.settings.auth == "bearer" and { bearer = ctx.secret.api_key } or user,
    }
    return reply
end

local told = { name = "Lever", thing = "the opportunity", look_at = "check the secret api_key and its permissions", wait = 10 }

local function write(ctx, path, query, body)
    screening.told(ctx, send(ctx, "POST", path, query, body), told)
end

-- Whether it is Lever itself that says that there is no such thing: {code: "ResourceNotFound", message}. A proxy's page says nothing of the kind.
local function says_gone(reply)
    local answer = reply.json
    return type(answer) == "table" and screening.same(answer.code, "ResourceNotFound") and type(answer.message) == "string"
end

--- Reads. → what Lever has under `data`, or nil where Lever itself says that there is no such thing. Every other answer says nothing of the
--- kind: an order must not be cancelled for it. `id` is that of what must stand there.
function lever.read(ctx, path, id, query)
    local reply = send(ctx, "GET", path .. id, query)
    local status, answer = reply.status, reply.json
    if (status == 404 or status == 410) and says_gone(reply) then
        return nil
    elseif status == 404 or status == 410 then
        screening.unclear(ctx, "Lever", ("answered %d, but not in Lever's own words: check the setting base_url"):format(status))
    elseif status == 429 then
        ctx.retry { after = screening.retry_after(reply) or told.wait, reason = "Lever answered 429" }
    end
    screening.answered(ctx, reply, "Lever", told.look_at)
    if status < 200 or status >= 300 then
        ctx.park(("Lever answered %d: %s"):format(status, screening.reason(reply)))
    elseif type(answer) ~= "table" or type(answer.data) ~= "table" then
        ctx.park("Lever answered " .. status .. " without data: check the setting base_url")
    elseif not screening.same(answer.data.id, id) then
        ctx.park("Lever answered " .. status .. " with something else than was asked for (data.id): check the setting base_url")
    end
    return answer.data
end

--- Leaves a note.
function lever.note(ctx, id, text)
    local user = ctx.settings.perform_as
    write(ctx, "/opportunities/" .. id .. "/notes", user and { perform_as = user }, { value = text })
end

--- Removes tags, then adds others.
function lever.change_tags(ctx, id, added, removed)
    local user = ctx.settings.perform_as
    for _, change in ipairs { { "removeTags", removed or {} }, { "addTags", added } } do
        if #change[2] > 0 then
            write(ctx, "/opportunities/" .. id .. "/" .. change[1], user and { perform_as = user }, { tags = change[2] })
        end
    end
end

--- Adds a link.
function lever.link(ctx, id, url)
    local user = ctx.settings.perform_as
    write(ctx, "/opportunities/" .. id .. "/addLinks", user and { perform_as = user }, { links = { url } })
end

--- Whether the opportunity has a tag.
function lever.has_tag(opportunity, tag)
    for index = 1, 100 do
        if screening.same(opportunity:text("tags[" .. index .. "]"), tag) then
            return true
        end
    end
    return false
end

return lever
