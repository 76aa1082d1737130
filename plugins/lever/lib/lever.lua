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
    local status = reply.status
    if status == 429 then
        ctx.retry { after = screening.retry_after(reply) or 5, reason = "Lever answered 429" }
    end
    screening.answered(ctx, reply, "Lever", "check the secret api_key and its permissions")
    if status ~= 404 and status ~= 410 and (status < 200 or status >= 300) then
        ctx.park("Lever answered " .. status)
    end
    return reply
end

-- Where nothing is left to write to, there is nothing to do.
local function write(ctx, path, query, body)
    local status = send(ctx, "POST", path, query, body).status
    if status == 404 or status == 410 then
        ctx.skip("the opportunity is no longer in Lever")
    end
end

--- Reads. → what Lever has under `data`, or nil where Lever says that there is no such thing. An answer without data says nothing of the
--- kind: an order must not be cancelled for it.
function lever.read(ctx, path, query)
    local reply = send(ctx, "GET", path, query)
    if reply.status == 404 or reply.status == 410 then
        return nil
    end
    local answer = reply.json
    if type(answer) ~= "table" or type(answer.data) ~= "table" then
        ctx.park("Lever answered " .. reply.status .. " without data: check the setting base_url")
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
        if opportunity:text("tags[" .. index .. "]") == tag then
            return true
        end
    end
    return false
end

return lever
