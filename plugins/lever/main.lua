-- Lever, by its webhooks: an opportunity that reaches a stage is screened, one that is archived is not. Lever does not sign
-- what a webhook says, so the opportunity is read again before anything is done. Tags, notes and a link tell the rest.
local json, map = require "json", require "map"
local lever, screening = require "lib.lever", require "screening"

-- Every state of an order, as a tag on the opportunity. `STATE_OUTCOME` goes before `STATE`.
local tags = {
    accepted = "Screening: ordered",
    submitting = "Screening: ordered",
    uncertain = "Screening: waiting for the screening team",
    requested = "Screening: invitation sent",
    awaiting_candidate = "Screening: waiting for the candidate",
    in_progress = "Screening: in progress",
    paused = "Screening: paused",
    attention_needed = "Screening: needs attention",
    ready_for_review = "Screening: ready for review",
    completed = "Screening: complete",
    completed_clear = "Screening: clear",
    completed_consider = "Screening: complete, consider",
    completed_refer = "Screening: complete, refer",
    reviewed = "Screening: reviewed",
    reviewed_clear = "Screening: reviewed, clear",
    reviewed_consider = "Screening: reviewed, consider",
    reviewed_refer = "Screening: reviewed, refer",
    cancelled = "Screening: cancelled",
    refused = "Screening: refused by the provider",
    failed = "Screening: failed",
    unknown = "Screening: pending",
}

-- The tag of an opportunity that could not be screened.
local error_tag = "Screening: ERROR"

local acted_upon = { "candidateStageChange", "candidateArchiveChange", "candidateDeleted" }

-- The opportunity's tag that names a package. Lever gives opportunities the tags of their posting.
local function tagged(opportunity, settings)
    for index = 1, settings.packages and 100 or 0 do
        local tag = opportunity:text("tags[" .. index .. "]")
        if screening.find(settings.packages, tag) then
            return tag
        end
    end
end

-- Names of the posting: read only where the settings have packages that no tag names.
local function posting_names(ctx, opportunity)
    local id = screening.id(opportunity:text("applications[1].posting"))
    if not (ctx.settings.packages and id) then
        return {}
    end
    local posting, names = map(lever.read(ctx, "/postings/", id)), {}
    for _, path in ipairs { "text", "id", "categories.team", "categories.department" } do
        names[#names + 1] = posting:text(path)
    end
    return names
end

local function order(ctx, opportunity, id)
    local email, tag = screening.given(ctx, opportunity, "emails[1]"), tagged(opportunity, ctx.settings)
    local placed, problem = screening.start(ctx, {
        external_id = "opportunity-" .. id,
        chosen = tag,
        words = email and not tag and posting_names(ctx, opportunity) or {},
        candidate = {
            name = screening.given(ctx, opportunity, "name"),
            email = email,
            phone = opportunity:text("phones[1].value") or opportunity:text("phones[1]"),
        },
        without_email = "Add one and move the candidate to the stage again.",
        metadata = { via = "webhook", opportunity_id = id },
        present = true,
    })
    if not placed then
        lever.change_tags(ctx, id, { error_tag })
        lever.note(ctx, id, "No screening was ordered. " .. problem)
        ctx.reject(problem)
    end
    if lever.has_tag(opportunity, error_tag) then
        lever.change_tags(ctx, id, {}, { error_tag })
    end
    return { order = placed.id }
end

local function withdraw(ctx, id, exists)
    local _, refusal = screening.cancel(ctx, "opportunity-" .. id)
    if refusal and exists then
        lever.note(ctx, id, refusal)
    end
    return { cancelled = refusal == nil }
end

local function on_event(event, ctx)
    local body, settings = screening.payload(ctx, event), ctx.settings
    local kind = screening.needed(ctx, body, "event")
    if not screening.listed(acted_upon, kind) then
        ctx.skip("this event is not acted upon: " .. kind:sub(1, 60))
    end
    local path = screening.given(ctx, body, "data.opportunityId") and "data.opportunityId" or "data.candidateId"
    local id = screening.needed_id(ctx, body, screening.given(ctx, body, path) and path or "data.opportunityId")
    local found = lever.read(ctx, "/opportunities/", id, { expand = { "stage", "applications" } })
    if not found then
        return withdraw(ctx, id, false)
    end
    local opportunity = map(found)
    local stage, stage_name = opportunity:text("stage.id") or opportunity:text("stage"), opportunity:text("stage.text")
    local archived = found.archived -- {reason, archivedAt}, or null
    local is_archived = opportunity:text("archived.archivedAt") ~= nil or opportunity:text("archived.reason") ~= nil
    local is_open = archived == json.null or archived == false or type(archived) == "table" and next(archived) == nil
    if not (is_archived or is_open) or not (stage or stage_name) then
        ctx.park("Lever's answer does not say where the opportunity stands (data.archived, data.stage)")
    elseif is_archived or screening.listed(settings.cancel_stages, stage, stage_name) then
        return withdraw(ctx, id, true)
    elseif screening.listed(settings.trigger_stages, stage, stage_name) then
        return order(ctx, opportunity, id)
    end
    if not (stage and stage_name) then
        ctx.park("Lever's answer does not say at which stage the opportunity is (data.stage)")
    end
    ctx.skip("the stage is not one that orders")
end

local function on_update(update, ctx)
    local present = update.order
    local id = screening.id((present.metadata or {}).opportunity_id)
    if not id then
        ctx.skip("the order did not come from Lever")
    end
    local word, before = screening.word(tags, present, ctx.settings), nil
    if update.previous and update.previous.state and update.previous.state ~= "accepted" then
        before = screening.word(tags, update.previous, ctx.settings)
    end
    if word ~= before then
        lever.change_tags(ctx, id, { word }, before and { before })
    end
    if present.report_url then
        lever.link(ctx, id, present.report_url)
    end
    if screening.listed(ctx.settings.note_states, present.state) then
        lever.note(ctx, id, screening.note(present, (word:gsub("^Screening: ", ""))))
    end
    return { status = word }
end

return { on_event = on_event, on_update = on_update }
