-- Ashby's assessments: a recruiter chooses a screening in Ashby, and Ashby calls us.
local json, time = require "json", require "time"
local ashby, screening = require "lib.ashby", require "screening"
local assessments = {}

-- Orders that ended without a screening: the recruiter may start another.
local may_start_again = { cancelled = true, refused = true, failed = true }

--- POST /assessment.list
function assessments.list(_, ctx)
    local results = json.array()
    for index, package in ipairs(screening.offered(ctx)) do
        results[index] = { assessment_type_id = package.id, name = package.name }
    end
    return { json = { success = true, results = results } }
end

--- POST /assessment.start: 409 while the candidate is being screened, 422 with what the recruiter must mend.
function assessments.start(request, ctx)
    local body = screening.payload(ctx, request)
    local application, asked = screening.given(ctx, body, "application.ashby_id"), screening.given(ctx, body, "assessment_type_id")
    if not application then
        ctx.reject("The request names no application (application.ashby_id).")
    elseif not asked then
        ctx.reject("The request names no assessment (assessment_type_id).")
    elseif not screening.given(ctx, body, "candidate.email") then
        ctx.reject("The candidate has no e-mail address. Add one in Ashby and start the screening again.")
    end
    local package, problem = screening.package(ctx.settings, asked, {})
    if not package then
        ctx.reject(problem)
    end
    local external_id = "assessment-" .. application .. "-" .. package
    local present = ctx.orders.find { external_id = external_id }
    if present and not may_start_again[present.state] then
        local done = present.state == "completed" or present.state == "reviewed"
        return { status = 409, json = { message = done and "The candidate was screened already." or "The candidate is being screened already." } }
    end
    local order
    order, problem = screening.order(ctx, {
        external_id = external_id,
        package = package,
        candidate = screening.candidate(ctx, {
            first_name = screening.given(ctx, body, "candidate.first_name"),
            last_name = screening.given(ctx, body, "candidate.last_name"),
            email = body:text("candidate.email"),
            phone = body:text("additional_fields.phone"),
        }),
        metadata = { via = "assessment", application_id = application, profile_url = body:text("candidate.ashby_profile_url") },
    })
    if not order then
        ctx.reject(problem)
    end
    return { json = { success = true, results = { assessment_id = order.id } } }
end

-- Begins the key under which is kept that a screening was cancelled in Ashby, which then takes no word of it any more.
local cancelled_there = "cancelled_in_ashby/"

--- POST /assessment.cancel
function assessments.cancel(request, ctx)
    local order = ctx.orders.get(screening.needed(ctx, screening.payload(ctx, request), "assessment_id"))
    if not order then
        return { status = 404, json = { message = "There is no such screening." } }
    elseif order.state ~= "cancelled" then
        local answer = ctx.orders.cancel(order.id, "cancelled in Ashby")
        if not answer.cancelled then
            ctx.reject(answer.reason == "too_late" and "It is too late to cancel the screening." or "The provider takes no cancellations from here.")
        end
        ctx.kv.set(cancelled_there .. order.id, true, { ttl = 90 * 86400 })
    end
    return { json = { success = true, results = { assessment_id = order.id } } }
end

local function field(identifier, label, kind, value)
    return { identifier = identifier, label = label, type = kind, value = value }
end

-- The result closes the assessment in Ashby, so it is left out while it is not understood.
local function result_of(order, settings)
    if not screening.has_result(order) then
        return nil
    elseif settings.result_type == "boolean_success" and order.outcome then
        return field("result", "Result", "boolean_success", order.outcome == "clear")
    end
    local names = { clear = "Clear", consider = "Consider", refer = "Refer" }
    return field("result", "Result", "string", names[order.outcome] or "Complete")
end

-- Who is waited for, and each check as it stands.
local function details(order)
    local list = json.array()
    if order.waiting_on then
        list[1] = field("waiting_on", "Waiting for", "string", order.waiting_on)
    end
    for index, check in ipairs(order.checks or {}) do
        list[#list + 1] = field("check_" .. index, check.name or check.type or "Check", "string", check.status or "pending")
    end
    return list
end

--- Tells Ashby where the order of an assessment stands.
function assessments.update(update, ctx)
    local order, settings = update.order, ctx.settings
    local word = ashby.word(order, settings)
    local seconds = order.updated_at and time.parse(order.updated_at) or ctx.now()
    local message = {
        assessment_id = order.id,
        timestamp = math.floor(seconds * 1000),
        assessment_status = field("status", "Status", "string", word),
        metadata = details(order),
    }
    if may_start_again[order.state] then
        local why = order.problem and order.problem.message
        message.cancelled_reason = field("cancelled", "Reason", "string", why and word .. ": " .. why or word)
    else
        message.assessment_result = result_of(order, settings)
        local url = order.report_url or message.assessment_result and (settings.report_link or order.metadata.profile_url)
        if url then
            message.assessment_profile_url = field("report", "Report", "url", url)
        end
    end
    local answer, problem = ashby.call(ctx, "assessment.update", message)
    if not answer and order.state == "cancelled" and ctx.kv.get(cancelled_there .. order.id) then
        ctx.skip("Ashby has closed the assessment already: " .. problem)
    elseif not answer then
        ctx.park("Ashby was not told: it refused assessment.update: " .. problem)
    end
    return { status = word }
end

return assessments
