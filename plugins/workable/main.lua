-- Workable, as one of its background check providers: it asks for packages, orders checks, and gives each check an address
-- for its results. Orders by the webhook candidate_moved: lib/stages.lua.
local json = require "json"
local screening, stages, workable = require "screening", require "lib.stages", require "lib.workable"

-- The names in Workable's requests and in our answers. Only those of its assessment providers are known; these are made
-- after them. The setting `keys` changes any of them.
local default_keys = {
    packages = "packages", -- GET /packages: the list
    package_id = "id",
    package_name = "name",
    ordered_package = "package_id", -- POST /checks
    callback_url = "callback_url",
    first_name = "candidate.first_name",
    last_name = "candidate.last_name",
    email = "candidate.email",
    phone = "candidate.phone",
    job_shortcode = "job_shortcode",
    job_title = "job_title",
    check_id = "check_id", -- our answer
    status = "status", -- what we put to the callback
    result = "check",
    grade = "grade",
    summary = "summary",
    results_url = "results_url",
}

-- Workable's status; that of every other state is "pending".
local statuses = { completed = "completed", reviewed = "completed", cancelled = "cancelled", refused = "cancelled", failed = "cancelled" }

-- Nobody is failed: "consider" and "refer" are for a person to read.
local grades = { clear = "passed" }

local function keys_of(settings)
    local keys = {}
    for name, key in pairs(default_keys) do
        keys[name] = (settings.keys or {})[name] or key
    end
    return keys
end

-- GET /packages
local function packages(_, ctx)
    local keys, list = keys_of(ctx.settings), json.array()
    for index, package in ipairs(screening.offered(ctx)) do
        list[index] = { [keys.package_id] = package.id, [keys.package_name] = package.name }
    end
    return { json = { [keys.packages] = list } }
end

-- POST /checks: one callback address is one check, however often it is asked for.
local function checks(request, ctx)
    local keys, body = keys_of(ctx.settings), screening.payload(ctx, request)
    local url = screening.given(ctx, body, keys.callback_url)
    if not (url and url:find("^https?://[^%s%c]+$")) then
        ctx.reject("The request has no address for the results (" .. keys.callback_url .. ").")
    end
    local order, problem = screening.start(ctx, {
        external_id = workable.check_id(url),
        chosen = screening.given(ctx, body, keys.ordered_package),
        words = { body:text(keys.job_shortcode) or "", body:text(keys.job_title) or "" },
        candidate = {
            first_name = screening.given(ctx, body, keys.first_name),
            last_name = screening.given(ctx, body, keys.last_name),
            email = screening.given(ctx, body, keys.email),
            phone = body:text(keys.phone),
        },
        without_email = "Add one in Workable and order the check again.",
        metadata = { via = "check", callback_url = url, job = body:text(keys.job_shortcode) },
    })
    if not order then
        ctx.reject(problem)
    end
    return { status = 201, json = { [keys.check_id] = order.id } }
end

-- PUT to the check's address.
local function tell(order, ctx)
    local keys, url = keys_of(ctx.settings), order.report_url
    local own = ctx.settings.statuses or {}
    local status = statuses[order.state] or "pending"
    if status == "completed" and not screening.has_result(order) then
        status = "pending"
    end
    local result = { [keys.summary] = workable.summary(order, screening.word(screening.words(), order, ctx.settings)) }
    if status == "completed" then
        url = url or ctx.settings.report_link
        result[keys.grade] = grades[order.outcome]
    end
    local message = { [keys.status] = own[status] or status, [keys.result] = result, [keys.results_url] = url }
    workable.send(ctx, "PUT", order.metadata.callback_url, ctx.secret.workable_token, message)
    return { status = status }
end

local function on_update(update, ctx)
    local via = (update.order.metadata or {}).via
    if via == "check" then
        return tell(update.order, ctx)
    elseif via == "webhook" then
        return stages.update(update.order, ctx)
    end
    ctx.skip("the order did not come from Workable")
end

return {
    on_event = stages.on_event,
    on_update = on_update,
    routes = {
        ["GET /packages"] = packages,
        ["POST /checks"] = checks,
    },
}
