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

local function order(ctx, read, id)
    local names = {}
    for _, field in ipairs { "job", "job_id", "department" } do
        names[#names + 1] = read(field)
    end
    local placed, problem = screening.start(ctx, {
        external_id = "application-" .. id,
        chosen = read("package"),
        words = names,
        candidate = {
            first_name = read("first_name"),
            last_name = read("last_name"),
            email = read("email"),
            phone = read("phone"),
        },
        without_email = "Add one and move the application to the stage again.",
        metadata = { via = "webhook", application_id = id },
        present = true,
    })
    if not placed then
        pinpoint.comment(ctx, id, "No screening was ordered. " .. problem)
        ctx.reject(problem)
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
    local body, settings = screening.payload(ctx, event), ctx.settings
    local kind = screening.needed(ctx, body, "event")
    local cancels, hired = screening.listed(settings.cancel_events, kind), screening.same(kind, "application_hired")
    if not (cancels or hired and settings.order_on_hire or screening.listed(settings.trigger_events, kind)) then
        ctx.skip("this event is not acted upon: " .. kind:sub(1, 60))
    end
    local id = screening.needed_id(ctx, body, "data.application.id")
    local found = pinpoint.application(ctx, id)
    if cancels or not found then
        return withdraw(ctx, id, found ~= nil)
    end
    local application = map(found)
    local function read(field)
        local path = (settings.paths or {})[field] or default_paths[field]
        return path and screening.given(ctx, application, path)
    end
    if screening.listed(settings.cancel_stages, read("stage"), read("stage_id")) then
        return withdraw(ctx, id, true)
    elseif hired or screening.listed(settings.trigger_stages, read("stage"), read("stage_id")) then
        return order(ctx, read, id)
    elseif not (read("stage") and read("stage_id")) then
        ctx.park("Pinpoint's answer does not say at which stage the application is (stage.name, stage.id)")
    end
    ctx.skip("the stage is not one that orders")
end

local function on_update(update, ctx)
    local present, settings = update.order, ctx.settings
    local id = screening.id((present.metadata or {}).application_id)
    if not id then
        ctx.skip("the order did not come from Pinpoint")
    end
    local word = screening.word(screening.words(), present, settings)
    if settings.status_field then
        pinpoint.set(ctx, id, settings.status_field, word)
    end
    if screening.listed(settings.note_states, present.state) then
        pinpoint.comment(ctx, id, screening.note(present, word))
    end
    return { status = word }
end

return { on_event = on_event, on_update = on_update }
