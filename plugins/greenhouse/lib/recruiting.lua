-- Greenhouse's recruiting webhooks: a candidate who reaches a stage, or is hired, is screened; one who is rejected is not.
-- What becomes of it is written back by Harvest.
local json, map = require "json", require "map"
local harvest, screening = require "lib.harvest", require "screening"
local recruiting = {}

local outcomes = { clear = "Clear", consider = "Consider", refer = "Refer" }

local function tell(ctx, candidate_id, message)
    if candidate_id and harvest.may_write(ctx) then
        harvest.note(ctx, candidate_id, message)
    end
end

-- The value of a list such as {value, type}[]: that of the preferred type, else the first.
local function contact(candidate, list, preferred)
    local first
    for index = 1, 20 do
        local value = candidate:text(("%s[%d].value"):format(list, index))
        if value and candidate:text(("%s[%d].type"):format(list, index)) == preferred then
            return value
        end
        first = first or value
    end
    return first
end

-- What a person chose in the custom field: of the candidate, the application or the job.
local function chosen(application, key)
    for _, owner in ipairs { "candidate.", "", "jobs[1]." } do
        local path = key and owner .. 'custom_fields["' .. key .. '"].value'
        local value = path and (application:text(path) or application:text(path .. "[1]"))
        if value then
            return value
        end
    end
end

-- What a package may be set for: the job, then its departments.
local function names_of(application)
    local names = {}
    for _, path in ipairs { "jobs[1].name", "jobs[1].requisition_id", "jobs[1].id", "jobs[1].departments[1].name", "jobs[1].departments[2].name" } do
        names[#names + 1] = application:text(path)
    end
    return names
end

local function order(ctx, application, id)
    local candidate = application:at("candidate")
    local candidate_id = screening.id(candidate:text("id"))
    local placed, problem = screening.start(ctx, {
        external_id = "application-" .. id,
        chosen = chosen(application, ctx.settings.package_field),
        words = names_of(application),
        candidate = {
            first_name = candidate:text("first_name"),
            last_name = candidate:text("last_name"),
            email = contact(candidate, "email_addresses", "personal"),
            phone = contact(candidate, "phone_numbers", "mobile"),
        },
        without_email = "Add one and move the candidate to the stage again.",
        metadata = { via = "webhook", candidate_id = candidate_id, application_id = id },
    })
    if not placed then
        tell(ctx, candidate_id, "No screening was ordered. " .. problem)
        ctx.reject(problem)
    end
    return { order = placed.id }
end

local function withdraw(ctx, application, id)
    local _, refusal = screening.cancel(ctx, "application-" .. id)
    if refusal then
        tell(ctx, screening.id(application:text("candidate.id")), refusal)
    end
    return { cancelled = refusal == nil }
end

--- A verified delivery on /webhook.
function recruiting.on_event(event, ctx)
    local body, settings = map(event.body), ctx.settings
    local action = body:text("action")
    local application = body:at("payload.application")
    local id = screening.id(application:text("id"))
    if action == "ping" then
        ctx.skip("a ping")
    elseif not (action and id) then
        ctx.skip("the delivery names no application")
    end
    local stage, stage_id = application:text("current_stage.name"), application:text("current_stage.id")
    local moved = action == "candidate_stage_change"
    if screening.listed(settings.cancel_actions, action)
        or moved and (application:text("status") == "rejected" or screening.listed(settings.cancel_stages, stage, stage_id)) then
        return withdraw(ctx, application, id)
    elseif moved and screening.listed(settings.trigger_stages, stage, stage_id) or action == "hire_candidate" and settings.order_on_hire then
        return order(ctx, application, id)
    end
    ctx.skip(moved and "the stage is not one that orders" or "nothing is ordered on " .. action:sub(1, 60))
end

--- An order that came from a webhook changed.
function recruiting.on_update(update, ctx)
    local present, settings = update.order, ctx.settings
    if not (harvest.may_write(ctx) and present.metadata.candidate_id) then
        ctx.skip("nothing is written back: the setting harvest_user_id is missing")
    end
    local word, fields = screening.word(screening.words(), present, settings), json.array()
    local function set(key, value)
        if key and value then
            fields[#fields + 1] = { name_key = key, value = value }
        end
    end
    set(settings.status_field, word)
    set(settings.outcome_field, outcomes[present.outcome])
    set(settings.report_field, present.report_url)
    if #fields > 0 then
        harvest.set_fields(ctx, present.metadata, fields)
    end
    if screening.listed(settings.note_states, present.state) then
        harvest.note(ctx, present.metadata.candidate_id, screening.note(present, word))
    end
    return { status = word }
end

return recruiting
