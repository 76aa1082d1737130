-- Greenhouse's recruiting webhooks: a candidate who reaches a stage, or is hired, is screened; one who is rejected is not.
-- What becomes of it is written back by Harvest.
local json = require "json"
local harvest, screening = require "lib.harvest", require "screening"
local recruiting = {}

local outcomes = { clear = "Clear", consider = "Consider", refer = "Refer" }

-- Greenhouse's words for where an application stands.
local statuses = { "active", "rejected", "hired", "converted" }

local function tell(ctx, metadata, message)
    if metadata.candidate_id and harvest.may_write(ctx) then
        harvest.note(ctx, metadata, message)
    end
end

-- The value of a list such as {value, type}[]: that of the preferred type, else the first.
local function contact(ctx, candidate, list, preferred)
    local first, given = nil, candidate:get(list)
    if given ~= nil and type(given) ~= "table" then
        screening.unreadable(ctx, candidate:path(list) .. " should be a list, found text, a number or a boolean")
    end
    for index = 1, 20 do
        local value = screening.given(ctx, candidate, ("%s[%d].value"):format(list, index))
        if value and screening.same(candidate:text(("%s[%d].type"):format(list, index)), preferred) then
            return value
        end
        first = first or value
    end
    return first
end

-- What a person chose in the custom field: of the candidate, the application or the job.
local function chosen(ctx, application, key)
    for _, owner in ipairs { "candidate.", "", "jobs[1]." } do
        local path = key and owner .. 'custom_fields["' .. key .. '"].value'
        local value = path and (application:text(path) or screening.given(ctx, application, path .. "[1]"))
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
    local metadata = { via = "webhook", candidate_id = screening.needed_id(ctx, candidate, "id"), application_id = id }
    local placed, problem = screening.start(ctx, {
        external_id = "application-" .. id,
        chosen = chosen(ctx, application, ctx.settings.package_field),
        words = names_of(application),
        candidate = {
            first_name = screening.given(ctx, candidate, "first_name"),
            last_name = screening.given(ctx, candidate, "last_name"),
            email = contact(ctx, candidate, "email_addresses", "personal"),
            phone = contact(ctx, candidate, "phone_numbers", "mobile"),
        },
        without_email = "Add one and move the candidate to the stage again.",
        metadata = metadata,
    })
    if not placed then
        tell(ctx, metadata, "No screening was ordered. " .. problem)
        ctx.reject(problem)
    end
    return { order = placed.id }
end

local function withdraw(ctx, application, id)
    local _, refusal = screening.cancel(ctx, "application-" .. id)
    if refusal then
        tell(ctx, { candidate_id = screening.id(application:text("candidate.id")), application_id = id }, refusal)
    end
    return { cancelled = refusal == nil }
end

--- A verified delivery on /webhook.
function recruiting.on_event(event, ctx)
    local body, settings = screening.payload(ctx, event), ctx.settings
    local action, application = screening.needed(ctx, body, "action"), body:at("payload.application")
    local cancels, moved = screening.listed(settings.cancel_actions, action), screening.same(action, "candidate_stage_change")
    local hired = settings.order_on_hire and screening.same(action, "hire_candidate")
    if screening.same(action, "ping") then
        ctx.skip("a ping")
    elseif not (cancels or moved or hired) then
        ctx.skip("nothing is ordered on " .. action:sub(1, 60))
    end
    local id = screening.needed_id(ctx, application, "id")
    if cancels then
        return withdraw(ctx, application, id)
    elseif hired then
        return order(ctx, application, id)
    end
    local stage, stage_id = screening.given(ctx, application, "current_stage.name"), screening.given(ctx, application, "current_stage.id")
    if screening.listed(settings.cancel_stages, stage, stage_id) or screening.same(screening.given(ctx, application, "status"), "rejected") then
        return withdraw(ctx, application, id)
    end
    screening.needed_word(ctx, application, "status", statuses)
    if screening.listed(settings.trigger_stages, stage, stage_id) then
        return order(ctx, application, id)
    end
    screening.needed(ctx, application, "current_stage.id")
    screening.needed(ctx, application, "current_stage.name")
    ctx.skip("the stage is not one that orders")
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
        harvest.note(ctx, present.metadata, screening.note(present, word))
    end
    return { status = word }
end

return recruiting
