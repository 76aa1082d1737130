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

-- Whether a rule ({path, values}) accepts the payload. Ends the run where what stands there is no word.
local function accepts(ctx, rule, payload)
    local value = payload:get(rule.path)
    if type(value) == "table" then
        ctx.reject(payload:path(rule.path) .. " should be text, a number or a boolean, found a list or an object")
    end
    return screening.listed(rule.values, value)
end

-- Tells the sender where it can be told, then ends the run.
local function reject(ctx, external_id, reason)
    if ctx.settings.callback_url then
        callback.post(ctx, ctx.settings.callback_url, "order.rejected", { external_id = external_id, reason = reason })
    end
    ctx.reject(reason)
end

-- Reads a field of the payload: `read("email")` → text without white space at the ends, or nil. What was given in another shape is rejected.
local function reader(ctx, payload, external_id)
    local paths = ctx.settings.paths or {}
    return function(field)
        local path = paths[field] or default_paths[field]
        local text, value = path and payload:text(path), path and payload:get(path)
        if not text and value ~= nil and type(value) ~= "string" then
            reject(ctx, external_id, "The payload's " .. path .. " is not text.")
        end
        return text
    end
end

local function candidate_of(read, ctx)
    return screening.candidate(ctx, {
        first_name = read("first_name"),
        last_name = read("last_name"),
        name = read("full_name"),
        email = read("email"),
        phone = read("phone"),
        country = read("country"),
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

local function cancel(ctx, external_id, id_path)
    if not external_id then
        ctx.reject("The payload asks to cancel, and has no identifier (" .. id_path .. ").")
    end
    local order = ctx.orders.withdraw { external_id = external_id }
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
    if type(event.body) ~= "table" or #event.body > 0 then
        reject(ctx, nil, "The payload is not a JSON object.")
    end
    local payload = map(event.body)
    local id_path = (settings.paths or {}).external_id or default_paths.external_id
    local external_id = payload:text(id_path)
    if settings.cancel and accepts(ctx, settings.cancel, payload) then
        return cancel(ctx, external_id, id_path)
    elseif settings.trigger and payload:get(settings.trigger.path) == nil then
        ctx.reject("The payload has nothing at " .. settings.trigger.path .. ", which says whether to order.")
    elseif settings.trigger and not accepts(ctx, settings.trigger, payload) then
        ctx.skip("the value at " .. settings.trigger.path .. " is not one that orders")
    end

    local read = reader(ctx, payload, external_id)
    if not external_id then
        reject(ctx, nil, "The payload has no identifier (" .. id_path .. ").")
    elseif not read("email") then
        reject(ctx, external_id, "The candidate has no e-mail address.")
    end
    local word = read("package")
    local package, unknown = screening.package(settings, word, {})
    if not package then
        reject(ctx, external_id, word and unknown or "The payload names no package that is known here.")
    end

    local metadata = metadata_of(payload, settings)
    metadata.callback_url = read("callback_url")
    if metadata.callback_url and not metadata.callback_url:find("^https?://[^%s%c]+$") then
        reject(ctx, external_id, "The payload's callback_url is not an address.")
    end
    local order, problem = screening.order(ctx, {
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
