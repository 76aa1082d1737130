-- Greenhouse, by its Assessment Partner API. Greenhouse asks which tests there are, sends a candidate to one and asks how
-- it stands; when the order ends, one PATCH tells Greenhouse to ask again. Orders by recruiting webhooks: lib/recruiting.lua.
local crypto, json = require "crypto", require "json"
local recruiting, screening = require "lib.recruiting", require "screening"

-- Every state of an order, as a recruiter reads it in Greenhouse. Only "complete" ends a test there, so it is said of
-- nothing but a screening that was carried out.
local status_words = {
    accepted = "ordered",
    submitting = "ordered",
    uncertain = "waiting for the screening team",
    requested = "invitation sent",
    awaiting_candidate = "waiting for the candidate",
    in_progress = "in progress",
    paused = "paused",
    attention_needed = "needs attention",
    ready_for_review = "ready for review",
    completed = "complete",
    reviewed = "complete",
    cancelled = "cancelled",
    refused = "refused by the provider",
    failed = "failed",
}

-- The states that Greenhouse is told of.
local final = { completed = true, reviewed = true, cancelled = true, refused = true, failed = true }

-- GET /assessments/list_tests: a bare array.
local function list_tests(_, ctx)
    local tests = json.array()
    for index, package in ipairs(screening.offered(ctx)) do
        tests[index] = { partner_test_id = package.id, partner_test_name = package.name }
    end
    return { json = tests }
end

-- The package that a request asks for; where the settings list packages, one of those.
local function package_of(body, ctx)
    local asked = screening.given(ctx, body, "partner_test_id")
    if not (asked or ctx.settings.default_package) then
        ctx.reject("The request names no test (partner_test_id).")
    end
    local package = screening.package(ctx.settings, asked, {})
    if not package then
        ctx.reject(("The test that was asked for (%s) is not offered any more. Choose another in Greenhouse."):format(asked:sub(1, 100)))
    end
    return package
end

-- One take-home test is one order, however often Greenhouse sends it.
local function external_id_of(url)
    local number = url:match("/take_home_tests/([%w_-]+)")
    return "take-home-test-" .. (number or crypto.hex(crypto.sha256(url)):sub(1, 32))
end

-- POST /assessments/send_test
local function send_test(request, ctx)
    local body = screening.payload(ctx, request)
    local url = screening.given(ctx, body, "url")
    if not (url and url:find("^https?://[^%s%c]+$")) then
        ctx.reject("The request has no url to answer to.")
    elseif not screening.given(ctx, body, "candidate.email") then
        ctx.reject("The candidate has no e-mail address. Add one in Greenhouse and send the test again.")
    end
    local order, problem = screening.order(ctx, {
        external_id = external_id_of(url),
        package = package_of(body, ctx),
        candidate = screening.candidate(ctx, {
            first_name = screening.given(ctx, body, "candidate.first_name"),
            last_name = screening.given(ctx, body, "candidate.last_name"),
            preferred_name = body:text("candidate.preferred_name"),
            email = body:text("candidate.email"),
            phone = body:text("candidate.phone_number"),
        }),
        metadata = { callback_url = url, profile_url = body:text("candidate.greenhouse_profile_url") },
    })
    if not order then
        ctx.reject(problem)
    end
    return { json = { partner_interview_id = order.id } }
end

-- What the test's details say of the order itself: no check may stand in its place.
local reserved = { state = true, outcome = true, waiting_on = true, updated_at = true }

-- GET /assessments/test_status?partner_interview_id=…
local function test_status(request, ctx)
    local id = request.query.partner_interview_id
    local order = id and id ~= "" and ctx.orders.get(id)
    if not order then
        return { status = 404, json = { message = "There is no such test." } }
    end
    local word = status_words[order.state] or "pending"
    if word == "complete" and not screening.has_result(order) then
        word = "pending" -- a result that nobody understood must not end the test
    end
    local details = { state = order.state, outcome = order.outcome, waiting_on = order.waiting_on, updated_at = order.updated_at }
    for _, check in ipairs(order.checks or {}) do
        local name = check.name or check.type or "check"
        details[reserved[name] and "check: " .. name or name] = check.status
    end
    local profile_url
    if word == "complete" then
        local metadata = order.metadata or {}
        profile_url = order.report_url or ctx.settings.report_link or metadata.profile_url
    end
    return { json = { partner_status = word, partner_profile_url = profile_url, metadata = details } }
end

-- POST /assessments/response_error: Greenhouse could not read an answer of ours. Kept for thirty days, without the
-- candidate's address that it carries.
local function response_error(request, ctx)
    local body = screening.payload(ctx, request)
    local id = (body:text("partner_interview_id") or "none"):sub(1, 64)
    local call = (body:text("api_call") or "unknown"):sub(1, 100)
    local errors = json.array()
    for index = 1, 10 do
        local message = body:text("errors[" .. index .. "]")
        if message then
            errors[#errors + 1] = message:sub(1, 500)
        end
    end
    ctx.kv.set("response_error/" .. id, { api_call = call, errors = errors, at = request.received_at }, { ttl = 30 * 86400 })
    ctx.log.warn("Greenhouse could not read an answer", { api_call = call, order = id, errors = errors })
    return { json = { status = 200 } }
end

-- An order ended: Greenhouse then asks for its test_status.
local function on_update(update, ctx)
    local order = update.order
    local url = (order.metadata or {}).callback_url
    if (order.metadata or {}).via == "webhook" then
        return recruiting.on_update(update, ctx)
    end
    if not final[order.state] then
        ctx.skip("Greenhouse is told when an order ends")
    elseif not url then
        ctx.skip("the order did not come from Greenhouse")
    end
    local reply = ctx.http.patch(url, { auth = { basic = { ctx.secret.api_key, "" } } })
    screening.told(ctx, reply, { name = "Greenhouse", thing = "the take-home test", look_at = "check the secret api_key" })
    return { status = reply.status }
end

return {
    on_event = recruiting.on_event,
    on_update = on_update,
    routes = {
        ["GET /assessments/list_tests"] = list_tests,
        ["POST /assessments/send_test"] = send_test,
        ["GET /assessments/test_status"] = test_status,
        ["POST /assessments/response_error"] = response_error,
    },
}
