-- Workable's webhook candidate_moved: a candidate who reaches a stage is screened without anybody choosing it, and comments
-- tell what becomes of it. Off until the setting trigger_stages names a stage.
local screening, workable = require "screening", require "lib.workable"
local stages = {}

local function may_comment(ctx)
    return ctx.settings.api_url ~= nil and ctx.settings.member_id ~= nil
end

local function comment(ctx, candidate_id, text)
    local url = ctx.settings.api_url:gsub("/$", "") .. "/candidates/" .. candidate_id .. "/comments"
    workable.send(ctx, "POST", url, ctx.secret.api_token, { member_id = ctx.settings.member_id, comment = { body = text } })
end

-- The candidate's tag that names a package: Workable's candidate carries no department.
local function tagged(candidate, settings)
    for index = 1, settings.packages and 50 or 0 do
        local tag = candidate:text("tags[" .. index .. "]")
        if screening.find(settings.packages, tag) then
            return tag
        end
    end
end

local function order(ctx, candidate, id)
    local placed, problem = screening.start(ctx, {
        external_id = "candidate-" .. id,
        chosen = tagged(candidate, ctx.settings),
        words = { candidate:text("job.shortcode") or "", candidate:text("job.title") or "" },
        candidate = {
            first_name = screening.given(ctx, candidate, "firstname"),
            last_name = screening.given(ctx, candidate, "lastname"),
            name = screening.given(ctx, candidate, "name"),
            email = screening.given(ctx, candidate, "email"),
            phone = candidate:text("phone"),
        },
        without_email = "Add one and move the candidate to the stage again.",
        metadata = { via = "webhook", candidate_id = id },
    })
    if not placed then
        if may_comment(ctx) then
            comment(ctx, id, "No screening was ordered. " .. problem)
        end
        ctx.reject(problem)
    end
    return { order = placed.id }
end

local function withdraw(ctx, id)
    local _, refusal = screening.cancel(ctx, "candidate-" .. id)
    if refusal and may_comment(ctx) then
        comment(ctx, id, refusal)
    end
    return { cancelled = refusal == nil }
end

--- A verified delivery on /webhook. The candidate stands in `data`, or is the whole body.
function stages.on_event(event, ctx)
    local body, settings = screening.payload(ctx, event), ctx.settings
    local wrapped = body:get("data") ~= nil
    local candidate = wrapped and body:at("data") or body
    local kind = wrapped and screening.needed(ctx, body, "event_type") or screening.given(ctx, body, "event_type")
    if kind and not screening.same(kind, "candidate_moved") then
        ctx.skip("only candidate_moved is acted upon")
    end
    local id, stage = screening.needed_id(ctx, candidate, "id"), screening.needed(ctx, candidate, "stage")
    local disqualified = candidate:get("disqualified")
    if type(disqualified) ~= "boolean" and (wrapped or disqualified ~= nil) then
        screening.unreadable(ctx, candidate:path("disqualified") .. " should be true or false")
    elseif disqualified or screening.listed(settings.cancel_stages, stage) then
        return withdraw(ctx, id)
    elseif screening.listed(settings.trigger_stages, stage) then
        return order(ctx, candidate, id)
    end
    ctx.skip("the stage is not one that orders")
end

--- An order that came from a webhook changed.
function stages.update(present, ctx)
    local word = screening.word(screening.words(), present, ctx.settings)
    if not may_comment(ctx) then
        ctx.skip("nothing is written back: the settings api_url and member_id are missing")
    elseif not screening.listed(ctx.settings.note_states, present.state) then
        ctx.skip("this state is not worth a comment")
    end
    comment(ctx, present.metadata.candidate_id, screening.note(present, word))
    return { status = word }
end

return stages
