-- Checkr, by hosted invitations: the candidate gives consent and personal data to Checkr itself.
local map = require "map"

-- Words of an invitation, until there is a report.
local invitation_states = { pending = "awaiting_candidate", completed = "in_progress", expired = "attention_needed", deleted = "cancelled" }

-- Words of a report. Reports of older accounts say the result in place of `complete`.
local report_states = {
    pending = "in_progress",
    suspended = "awaiting_candidate",
    paused = "paused",
    complete = "completed",
    clear = "completed",
    consider = "completed",
    dispute = "attention_needed",
    canceled = "cancelled",
}
local outcomes = { clear = "clear", consider = "consider" }

local function call(ctx, method, path, options)
    options = options or {}
    options.method, options.url = method, ctx.account.base_url .. path
    options.auth = { basic = { ctx.secret.api_key, "" } }
    return ctx.http.request(options)
end

-- Every page of a list.
local function all(ctx, path, query)
    local items = {}
    query.per_page = 100
    for page = 1, 20 do
        query.page = page
        local list = map(ctx.ok(call(ctx, "GET", path, { query = query })))
        for _, item in ipairs(list:required("data", "list")) do
            items[#items + 1] = map(item)
        end
        if not list:text("next_href") then
            break
        end
    end
    return items
end

local function packages(ctx)
    local result = {}
    for _, package in ipairs(all(ctx, "/packages", {})) do
        result[#result + 1] = { id = package:required("slug"), name = package:default("name", package:get("slug")) }
    end
    return result
end

local function submit(order, ctx)
    local location = order.metadata.work_location or ctx.settings.work_location
    local candidate = ctx.ok(call(ctx, "POST", "/candidates", {
        creates = false, -- a candidate alone orders nothing
        headers = { ["idempotency-key"] = order.idempotency_key .. "-candidate" },
        json = {
            first_name = order.candidate.first_name,
            last_name = order.candidate.last_name,
            email = order.candidate.email,
            phone = order.candidate.phone,
            custom_id = order.id,
            work_locations = location and { location },
        },
    }))
    local invitation = ctx.ok(call(ctx, "POST", "/invitations", {
        headers = { ["idempotency-key"] = order.idempotency_key },
        json = {
            package = order.package,
            candidate_id = candidate.id,
            work_locations = location and { location },
            node = order.metadata.node or ctx.settings.node,
            tags = ctx.settings.tags,
        },
    }))
    return { reference = invitation.id }
end

-- Looks for what a submission of which the answer was lost may have created.
local function find(order, ctx)
    for _, candidate in ipairs(all(ctx, "/candidates", { custom_id = order.id })) do
        for _, invitation in ipairs(all(ctx, "/invitations", { candidate_id = candidate:required("id") })) do
            if candidate:text("custom_id") == order.id and invitation:text("package") == order.package then
                return { reference = invitation:required("id"), order = order.id }
            end
        end
    end
end

local function invitation_at(ctx, reference)
    local reply = call(ctx, "GET", "/invitations/" .. reference)
    -- Only Checkr itself says that there is none: {"error": …}. A proxy's page says nothing.
    if reply.status ~= 404 or type(reply.json) ~= "table" or reply.json.error == nil then
        return map(ctx.ok(reply))
    end
end

local function report(reference, ctx)
    local invitation = invitation_at(ctx, reference)
    if not invitation then
        return nil
    end
    local id = invitation:text("report_id")
    if not id then
        local status = invitation:text("deleted_at") and "deleted" or invitation:required("status", "string")
        return { status = status, state = invitation_states[status] }
    end
    local body = map(ctx.ok(call(ctx, "GET", "/reports/" .. id)))
    local status = body:required("status", "string")
    local result = body:text("result") or outcomes[status]
    return {
        status = status, state = report_states[status],
        result = result, outcome = outcomes[result or ""],
        report_url = ctx.settings.report_url and ctx.settings.report_url .. id,
    }
end

local function cancel(reference, ctx)
    local invitation = invitation_at(ctx, reference)
    if invitation and (invitation:text("report_id") or invitation:text("status") == "completed") then
        return { cancelled = false, reason = "too_late" }
    end
    local reply = call(ctx, "DELETE", "/invitations/" .. reference)
    if reply.status == 409 then
        return { cancelled = false, reason = "too_late" }
    end
    ctx.ok(reply)
    return { cancelled = true }
end

return { packages = packages, submit = submit, find = find, report = report, cancel = cancel }
