-- Pinpoint, by its webhooks: an application that reaches a stage is screened, one that is withdrawn is not. The webhook
-- names the application, which is then read; comments and a custom field tell what becomes of it.
local map = require "map"
local pinpoint, screening = require "lib.pinpoint", require "screening"

-- Where things stand in the application that was read. Not all of it is documented; the setting `paths` changes any of them.
local default_paths = {
    first_name = "application.first_name",
    last_name = "application.last_name",
    email = "application.email",
    phone = "application.phone",
    stage = "stage.name",
    stage_id = "stage.id",
    job = "job.title",
    job_id = "job.id",
    department = "department.name",
}

-- Every state of an order, as comments and the custom field show it. `STATE_OUTCOME` goes before `STATE`.
local words = {
    accepted = "Ordered",
    submitting = "Ordered",
    uncertain = "Waiting for the screening team",
    requested = "Invitation sent",
    awaiting_candidate = "Waiting for the candidate",
    in_progress = "In progress",
    paused = "Paused",
    attention_needed = "Needs attention",
    ready_for_review = "Ready for review",
    completed = "Complete",
    completed_clear = "Clear",
    completed_consider = "Complete: consider",
    completed_refer = "Complete: refer",
    reviewed = "Reviewed",
    reviewed_clear = "Reviewed: clear",
    reviewed_consider = "Reviewed: consider",
    reviewed_refer = "Reviewed: refer",
    cancelled = "Cancelled",
    refused = "Refused by the provider",
    failed = "Failed",
    unknown = "Pending",
}

local function refuse(ctx, id, problem)
    pinpoint.comment(ctx, id, "No screening was ordered. " .. problem)
    ctx.reject(problem)
end

local function order(ctx, read, id)
    if not read("email") then
        refuse(ctx, id, "The candidate has no e-mail address. Add one and move the application to the stage again.")
    end
    local names = {}
    for _, field in ipairs { "job", "job_id", "department" } do
        names[#names + 1] = read(field)
    end
    local package, problem = screening.package(ctx.settings, read("package"), names)
    local placed
    if package then
        placed, problem = screening.place(ctx, {
            external_id = "application-" .. id,
            package = package,
            candidate = screening.candidate(ctx, {
                first_name = read("first_name"),
                last_name = read("last_name"),
                email = read("email"),
                phone = read("phone"),
            }),
            metadata = { via = "webhook", application_id = id },
        })
    end
    if not placed then
        refuse(ctx, id, problem)
    end
    return { order = placed.id }
end

local function withdraw(ctx, id, exists)
    local _, refusal = screening.cancel(ctx, "application-" .. id)
    if refusal and exists then
        pinpoint.comment(ctx, id, refusal)
    end
    return { cancelled = refusal == nil }
end

local function on_event(event, ctx)
    local body, settings = map(event.body), ctx.settings
    local kind, id = body:text("event") or "", screening.id(body:text("data.application.id"))
    local cancels, hired = screening.listed(settings.cancel_events, kind), kind == "application_hired"
    if not (cancels or hired and settings.order_on_hire or screening.listed(settings.trigger_events, kind)) then
        ctx.skip("this event is not acted upon")
    elseif not id then
        ctx.skip("the delivery names no application")
    end
    local found = pinpoint.application(ctx, id)
    if cancels or not found then
        return withdraw(ctx, id, found ~= nil)
    end
    local application = map(found)
    local function read(field)
        local path = (settings.paths or {})[field] or default_paths[field]
        return path and application:text(path)
    end
    if screening.listed(settings.cancel_stages, read("stage"), read("stage_id")) then
        return withdraw(ctx, id, true)
    elseif hired or screening.listed(settings.trigger_stages, read("stage"), read("stage_id")) then
        return order(ctx, read, id)
    end
    ctx.skip("the stage is not one that orders")
end

local function on_update(update, ctx)
    local present, settings = update.order, ctx.settings
    local id = screening.id((present.metadata or {}).application_id)
    if not id then
        ctx.skip("the order did not come from Pinpoint")
    end
    local word = screening.word(words, present, settings)
    if settings.status_field then
        pinpoint.set(ctx, id, settings.status_field, word)
    end
    if screening.listed(settings.note_states, present.state) then
        pinpoint.comment(ctx, id, screening.note(present, word))
    end
    return { status = word }
end

return { on_event = on_event, on_update = on_update }
