-- Ashby's webhook candidateStageChange: a candidate who reaches a stage is screened without anybody choosing it, and notes
-- and a custom field tell what becomes of it. Off until the setting trigger_stages names a stage.
local ashby, screening = require "lib.ashby", require "screening"
local stages = {}

-- Ashby's words for where an application stands, but for those that the setting withdrawn_statuses names.
local going_on = { "Active", "Hired", "Lead" }

-- What a person chose in the custom field, by its id or its title.
local function chosen(ctx, application, name)
    for index = 1, name and 100 or 0 do
        local path = ("customFields[%d]"):format(index)
        if screening.same(application:text(path .. ".id"), name) or screening.same(application:text(path .. ".title"), name) then
            return screening.given(ctx, application, path .. ".value")
        end
    end
end

local function order(ctx, application, id)
    local candidate_id, names = application:text("candidate.id"), {}
    for _, path in ipairs { "job.title", "job.id", "job.departmentId" } do
        names[#names + 1] = application:text(path)
    end
    local placed, problem = screening.start(ctx, {
        external_id = "application-" .. id,
        chosen = chosen(ctx, application, ctx.settings.package_field),
        words = names,
        candidate = {
            name = screening.given(ctx, application, "candidate.name"),
            email = screening.given(ctx, application, "candidate.primaryEmailAddress.value"),
            phone = application:text("candidate.primaryPhoneNumber.value"),
        },
        without_email = "Add one and move the candidate to the stage again.",
        metadata = { via = "webhook", candidate_id = candidate_id, application_id = id },
    })
    if not placed then
        if candidate_id then
            ashby.note(ctx, candidate_id, "No screening was ordered. " .. problem)
        end
        ctx.reject(problem)
    end
    return { order = placed.id }
end

local function withdraw(ctx, application, id)
    local _, refusal = screening.cancel(ctx, "application-" .. id)
    local candidate_id = application:text("candidate.id")
    if refusal and candidate_id then
        ashby.note(ctx, candidate_id, refusal)
    end
    return { cancelled = refusal == nil }
end

--- A verified delivery on /webhook.
function stages.on_event(event, ctx)
    local body, settings = screening.payload(ctx, event), ctx.settings
    local action, application = screening.needed(ctx, body, "action"), body:at("data.application")
    if screening.same(action, "ping") then
        ctx.skip("a ping")
    elseif not screening.same(action, "candidateStageChange") then
        ctx.skip("only candidateStageChange is acted upon")
    end
    local id = screening.needed_id(ctx, application, "id")
    local stage_id = screening.given(ctx, application, "currentInterviewStage.id")
    local stage = screening.given(ctx, application, "currentInterviewStage.title")
    local status = screening.given(ctx, application, "status")
    if screening.listed(settings.withdrawn_statuses, status) or screening.listed(settings.cancel_stages, stage, stage_id) then
        return withdraw(ctx, application, id)
    end
    screening.needed_word(ctx, application, "status", going_on)
    if screening.listed(settings.trigger_stages, stage, stage_id) then
        return order(ctx, application, id)
    end
    screening.needed(ctx, application, "currentInterviewStage.id")
    screening.needed(ctx, application, "currentInterviewStage.title")
    ctx.skip("the stage is not one that orders")
end

--- An order that came from a webhook changed.
function stages.update(update, ctx)
    local present, settings = update.order, ctx.settings
    local word = ashby.word(present, settings)
    if settings.status_field then
        ashby.must(ctx, "customField.setValue", {
            objectId = present.metadata.application_id,
            objectType = "Application",
            fieldId = settings.status_field,
            fieldValue = word,
        })
    end
    if present.metadata.candidate_id and screening.listed(settings.note_states, present.state) then
        ashby.note(ctx, present.metadata.candidate_id, screening.note(present, word))
    end
    return { status = word }
end

return stages
