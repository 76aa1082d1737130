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
    screening.answered(ctx, reply, "Pinpoint", "check the secret api_key and its permissions")
    local status = reply.status
    if status ~= 404 and status ~= 410 and (status < 200 or status >= 300) then
        ctx.park("Pinpoint answered " .. status)
    end
    return reply
end

local function write(ctx, method, path, data)
    local status = send(ctx, method, path, nil, { data = data }).status
    if status == 404 or status == 410 then
        ctx.skip("the application is no longer in Pinpoint")
    end
end

-- The attributes of a resource, its id among them.
local function attributes_of(resource)
    local attributes = type(resource.attributes) == "table" and resource.attributes or {}
    attributes.id = resource.id
    return attributes
end

-- Of the resources that came along: the one that `owner` relates to by `name`, else the first of the type.
local function related(document, owner, name, kind)
    local link = type(owner.relationships) == "table" and owner.relationships[name]
    local wanted = type(link) == "table" and type(link.data) == "table" and link.data.id
    local first
    for _, resource in ipairs(type(document.included) == "table" and document.included or {}) do
        if type(resource) == "table" and resource.type == kind then
            if not wanted or resource.id == wanted then
                return attributes_of(resource)
            end
            first = first or resource
        end
    end
    return not wanted and first and attributes_of(first) or nil
end

--- Reads an application. → {application, stage, job, department}, each its attributes and id; nil where Pinpoint says that there is none.
--- An answer without data says nothing of the kind: an order must not be cancelled for it.
function pinpoint.application(ctx, id)
    local reply = send(ctx, "GET", "/applications/" .. id, { include = ctx.settings.include })
    local document = reply.json
    if reply.status == 404 or reply.status == 410 then
        return nil
    elseif type(document) ~= "table" or type(document.data) ~= "table" then
        ctx.park("Pinpoint answered " .. reply.status .. " without data: check the settings subdomain and base_url")
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
