-- Workable's webhook candidate_moved: a candidate who reaches a stage is screened without anybody choosing it, and comments
-- tell what becomes of it. Off until the setting trigger_stages names a stage.
local map = require "map"
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
        if tag and settings.packages[tag] then
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
            first_name = candidate:text("firstname"),
            last_name = candidate:text("lastname"),
            name = candidate:text("name"),
            email = candidate:text("email"),
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
    local body, settings = map(event.body), ctx.settings
    local candidate = type(body:get("data")) == "table" and body:at("data") or body
    local id, kind = screening.id(candidate:text("id")), body:text("event_type")
    if kind and kind ~= "candidate_moved" then
        ctx.skip("only candidate_moved is acted upon")
    elseif not id then
        ctx.skip("the delivery names no candidate")
    elseif candidate:get("disqualified") == true or screening.listed(settings.cancel_stages, candidate:text("stage")) then
        return withdraw(ctx, id)
    elseif screening.listed(settings.trigger_stages, candidate:text("stage")) then
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
