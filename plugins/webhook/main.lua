-- Any system that can send signed JSON. The settings say where things stand in its payload; every update of an order is
-- posted back, signed as Standard Webhooks.
local map = require "map"
local callback, screening = require "lib.callback", require "screening"

local default_paths = {
    external_id = "external_id",
    first_name = "candidate.first_name",
    last_name = "candidate.last_name",
    full_name = "candidate.name",
    email = "candidate.email",
    phone = "candidate.phone",
    country = "candidate.country",
    package = "package",
}

-- Reads a field of the payload: `read("email")` → text without white space at the ends, or nil.
local function reader(payload, settings)
    local paths = settings.paths or {}
    return function(field)
        local path = paths[field] or default_paths[field]
        return path and payload:text(path)
    end
end

-- Whether a rule ({path, values}) accepts the payload.
local function accepts(rule, payload)
    local value = payload:get(rule.path)
    for _, accepted in ipairs(rule.values) do
        if value ~= nil and tostring(value) == accepted then
            return true
        end
    end
    return false
end

-- Tells the sender where it can be told, then ends the run.
local function reject(ctx, external_id, reason)
    if ctx.settings.callback_url then
        callback.post(ctx, ctx.settings.callback_url, "order.rejected", { external_id = external_id, reason = reason })
    end
    ctx.reject(reason)
end

-- The provider's package, or nil.
local function package_of(word, settings)
    if word and settings.packages then
        return settings.packages[word] or settings.default_package
    end
    return word or settings.default_package
end

local function candidate_of(read, ctx)
    return screening.candidate(ctx, {
        first_name = read("first_name"),
        last_name = read("last_name"),
        name = read("full_name"),
        email = read("email"),
        phone = read("phone"),
        country = (read("country") or ""):match("^%a%a$"), -- the name of a country helps no provider
    })
end

-- What the settings ask to keep: text, numbers and booleans.
local function metadata_of(payload, settings)
    local kept = {}
    for name, path in pairs(settings.metadata or {}) do
        local value = payload:get(path)
        if type(value) ~= "table" then
            kept[name] = value
        end
    end
    return kept
end

local function cancel(ctx, external_id)
    local order = external_id and ctx.orders.find { external_id = external_id }
    if not order then
        ctx.skip("there is no order to cancel")
    end
    local answer = ctx.orders.cancel(order.id, "asked for by the sender")
    if not answer.cancelled and ctx.settings.callback_url then
        callback.post(ctx, ctx.settings.callback_url, "order.cancel_refused", {
            id = order.id, external_id = external_id, state = order.state, reason = answer.reason,
        })
    end
    return answer
end

local function on_event(event, ctx)
    local settings = ctx.settings
    local payload = map(event.body)
    local read = reader(payload, settings)
    local external_id = read("external_id")
    if settings.cancel and accepts(settings.cancel, payload) then
        return cancel(ctx, external_id)
    elseif settings.trigger and not accepts(settings.trigger, payload) then
        ctx.skip("the value at " .. settings.trigger.path .. " is not one that orders")
    end

    if type(event.body) ~= "table" then
        reject(ctx, nil, "The payload is not a JSON object.")
    elseif not external_id then
        reject(ctx, nil, "The payload has no identifier (external_id).")
    elseif not read("email") then
        reject(ctx, external_id, "The candidate has no e-mail address.")
    end
    local package = package_of(read("package"), settings)
    if not package then
        reject(ctx, external_id, "The payload names no package that is known here.")
    end

    local metadata = metadata_of(payload, settings)
    metadata.callback_url = read("callback_url")
    if metadata.callback_url and not metadata.callback_url:find("^https?://[^%s%c]+$") then
        reject(ctx, external_id, "The payload's callback_url is not an address.")
    end
    local order, problem = screening.place(ctx, {
        external_id = external_id,
        package = package,
        candidate = candidate_of(read, ctx),
        metadata = metadata,
    })
    if not order then
        reject(ctx, external_id, problem)
    end
    return { order = order.id }
end

local function on_update(update, ctx)
    local order = update.order
    local url = (order.metadata or {}).callback_url or ctx.settings.callback_url
    if not url then
        ctx.skip("there is no callback_url to tell")
    end
    callback.post(ctx, url, "order.updated", callback.order_data(update))
end

return { on_event = on_event, on_update = on_update }
