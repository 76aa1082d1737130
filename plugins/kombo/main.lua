-- Kombo, by its assessment and background check API: one plugin for Workday, SuccessFactors and the other ATSs that Kombo
-- speaks to. Kombo sends an order; what becomes of it is put as the order's result.
local json = require "json"
local kombo, screening = require "lib.kombo", require "screening"

-- Kombo's status; that of every other state is OPEN. Kombo takes no change once an order is not OPEN.
local statuses = { completed = "COMPLETED", reviewed = "COMPLETED", cancelled = "CANCELLED", refused = "CANCELLED", failed = "CANCELLED" }
local known_statuses = { "OPEN", "COMPLETED", "CANCELLED", "REJECTED" }
local outcomes = { clear = "Clear", consider = "Consider", refer = "Refer" }

-- The packages to show: those of the setting, else all of the account.
local function offered(ctx)
    local list = json.array()
    for index, package in ipairs(screening.offered(ctx)) do
        list[index] = { id = package.id, type = ctx.settings.package_type, name = package.name, description = package.name }
    end
    return list
end

-- POST /packages/sync: Kombo's list is replaced as a whole, so an empty list is never put.
local function sync_packages(_, ctx)
    local packages = offered(ctx)
    if #packages == 0 then
        ctx.reject("The account has no packages; Kombo's list was left as it is.")
    end
    kombo.put(ctx, ctx.settings.integration_id, "/assessment/packages", { packages = packages })
    return { json = { packages = packages } }
end

local function place(ctx, data)
    local order, problem = screening.start(ctx, {
        external_id = "order-" .. data:text("id"),
        chosen = screening.given(ctx, data, "package_id"),
        candidate = {
            first_name = screening.given(ctx, data, "candidate.first_name"),
            last_name = screening.given(ctx, data, "candidate.last_name"),
            email = screening.given(ctx, data, "candidate.email"),
            phone = data:text("candidate.phone"),
        },
        metadata = {
            kombo_order = data:text("id"),
            application_id = data:text("application.remote_id"),
            job = data:text("job.name"),
        },
    })
    if not order then
        ctx.reject(problem)
    end
    return { json = { order = order.id } }
end

-- POST /webhook: an answer of 422 with a message rejects the order, and the ATS shows the message.
local function receive(request, ctx)
    local body = screening.payload(ctx, request)
    local kind, data = screening.needed(ctx, body, "type"), body:at("data")
    local inline = screening.same(kind, "inline-assessment:order-received")
    if not inline and not screening.same(kind, "assessment:order-received") then
        ctx.skip("only orders are acted upon")
    elseif not screening.same(screening.needed(ctx, data, "integration_id"), ctx.settings.integration_id) then
        ctx.skip("the order belongs to another integration")
    elseif inline then
        ctx.reject("Screenings cannot be taken inline: the candidate is invited by e-mail.")
    elseif not screening.id(screening.given(ctx, data, "id")) then
        ctx.reject("The order has no identifier (data.id).")
    end
    local status = screening.needed_word(ctx, data, "status", known_statuses)
    if status == "CANCELLED" or status == "REJECTED" then
        local _, refusal = screening.cancel(ctx, "order-" .. data:text("id"))
        return refusal and { status = 422, json = { message = refusal } } or { json = { cancelled = true } }
    elseif status ~= "OPEN" then
        ctx.skip("the order is closed already")
    end
    return place(ctx, data)
end

local function attributes(order, word)
    local list = json.array()
    local function add(label, value)
        if value then
            list[#list + 1] = { type = "TEXT", label = label, value = value }
        end
    end
    add("Status", word)
    add("Outcome", outcomes[order.outcome])
    add("Waiting for", order.waiting_on)
    add("Remark", order.problem and order.problem.message)
    for _, check in ipairs(order.checks or {}) do
        add(check.name or check.type or "Check", check.status or "pending")
    end
    return list
end

local function on_update(update, ctx)
    local order, settings = update.order, ctx.settings
    local id = screening.id((order.metadata or {}).kombo_order)
    if not id then
        ctx.skip("the order did not come from Kombo")
    end
    local status, state = statuses[order.state] or "OPEN", order.state
    if status == "COMPLETED" and not screening.has_result(order) then
        status, state = "OPEN", "unknown" -- a result that nobody understood must not close the order
    end
    local words = screening.words(settings.words)
    local word = words[state] or words.unknown
    local result = {
        status = status,
        result_url = order.report_url or settings.report_link,
        completed_at = status == "COMPLETED" and order.updated_at or nil,
        attributes = attributes(order, word),
    }
    if settings.attach_report and status == "COMPLETED" and order.report_url then
        result.attachments = json.array { { name = "Screening report.pdf", content_type = "application/pdf", data_url = order.report_url } }
    end
    -- Once Kombo has the outcome, that it takes no more is no loss.
    local previous = update.previous or {}
    local has_all = statuses[previous.state] == status and previous.outcome == order.outcome
    kombo.put(ctx, settings.integration_id, "/assessment/orders/" .. id .. "/result", result, has_all)
    return { status = status }
end

return {
    on_update = on_update,
    routes = {
        ["POST /webhook"] = receive,
        ["POST /packages/sync"] = sync_packages,
    },
}
