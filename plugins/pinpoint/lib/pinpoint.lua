-- Pinpoint's API, which follows JSON:API.
local screening = require "screening"
local pinpoint = {}

local media_type = "application/vnd.api+json"

local function send(ctx, method, path, query, body)
    local base = ctx.settings.base_url or "https://" .. ctx.settings.subdomain .. ".pinpointhq.com/api/v1"
    local reply = ctx.http.request {
        method = method,
        url = base:gsub("/$", "") .. path,
        query = query,
        json = body,
        headers = { accept = media_type, ["content-type"] = body and media_type or nil, ["x-api-key"] = ctx.secret.api_key },
    }
    return reply
end

local told = { name = "Pinpoint", thing = "the application", look_at = "check the secret api_key and its permissions" }

local function write(ctx, method, path, data)
    screening.told(ctx, send(ctx, method, path, nil, { data = data }), told)
end

-- Whether it is Pinpoint itself that says that there is no such thing, as JSON:API has it: {errors: [{status: "404", …}]}.
local function says_gone(reply)
    local errors = type(reply.json) == "table" and reply.json.errors
    local first = type(errors) == "table" and errors[1]
    return type(first) == "table" and (screening.listed({ "404", "410" }, first.status, first.code) or screening.listed({ "not_found" }, first.code))
end

-- The attributes of a resource, its id among them.
local function attributes_of(resource)
    local attributes = type(resource.attributes) == "table" and resource.attributes or {}
    attributes.id = resource.id
    return attributes
end

-- Of the resources that came along: the one that `owner` relates to by `name`, else the only one of the type.
local function related(document, owner, name, kind)
    local link = type(owner.relationships) == "table" and owner.relationships[name]
    local wanted = type(link) == "table" and type(link.data) == "table" and link.data.id
    local only, count = nil, 0
    for _, resource in ipairs(type(document.included) == "table" and document.included or {}) do
        if type(resource) == "table" and resource.type == kind then
            if wanted and screening.same(resource.id, wanted) then
                return attributes_of(resource)
            end
            only, count = resource, count + 1
        end
    end
    return not wanted and count == 1 and attributes_of(only) or nil
end

--- Reads an application. → {application, stage, job, department}, each its attributes and id; nil where Pinpoint itself
--- says that there is none. Every other answer says nothing of the kind: an order must not be cancelled for it.
function pinpoint.application(ctx, id)
    local reply = send(ctx, "GET", "/applications/" .. id, { include = ctx.settings.include })
    local status, document = reply.status, reply.json
    if (status == 404 or status == 410) and says_gone(reply) then
        return nil
    elseif status == 404 or status == 410 then
        screening.unclear(ctx, "Pinpoint", ("answered %d, but not in its own words: check the settings subdomain and base_url"):format(status))
    end
    screening.answered(ctx, reply, "Pinpoint", told.look_at)
    if status < 200 or status >= 300 then
        ctx.park(("Pinpoint answered %d: %s"):format(status, screening.reason(reply)))
    elseif type(document) ~= "table" or type(document.data) ~= "table" then
        ctx.park("Pinpoint answered " .. status .. " without data: check the settings subdomain and base_url")
    elseif not screening.same(document.data.id, id) then
        ctx.park("Pinpoint answered " .. status .. " with something else than was asked for (data.id): check the settings subdomain and base_url")
    end
    local application = document.data
    return {
        application = attributes_of(application),
        stage = related(document, application, "stage", "stages"),
        job = related(document, application, "job", "jobs"),
        department = related(document, {}, "department", "departments"),
    }
end

--- Comments on an application.
function pinpoint.comment(ctx, id, text)
    write(ctx, "POST", "/comments", {
        type = "comments",
        attributes = { body_text = text },
        relationships = { commentable = { data = { type = "applications", id = id } } },
    })
end

--- Sets an attribute of an application.
function pinpoint.set(ctx, id, attribute, value)
    write(ctx, "PATCH", "/applications/" .. id, { type = "applications", id = id, attributes = { [attribute] = value } })
end

return pinpoint
