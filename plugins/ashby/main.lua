-- Ashby, by its assessments: a recruiter starts a screening in Ashby, every change is told by assessment.update. A stage
-- may order as well, by webhook: lib/stages.lua.
local assessments, stages = require "lib.assessments", require "lib.stages"

-- Every state of an order, as Ashby's status shows it. `STATE_OUTCOME` goes before `STATE`. "Started" is Ashby's own word:
-- it stamps the time at which the assessment began.
local words = {
    accepted = "Ordered",
    submitting = "Ordered",
    uncertain = "Waiting for the screening team",
    requested = "Started",
    awaiting_candidate = "Waiting for the candidate",
    in_progress = "In progress",
    paused = "Paused",
    attention_needed = "Needs attention",
    ready_for_review = "Ready for review",
    completed = "Complete",
    completed_clear = "Complete: clear",
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

local function on_update(update, ctx)
    local via = (update.order.metadata or {}).via
    if via == "assessment" then
        return assessments.update(update, ctx, words)
    elseif via == "webhook" then
        return stages.update(update, ctx, words)
    end
    ctx.skip("the order did not come from Ashby")
end

return {
    on_event = stages.on_event,
    on_update = on_update,
    routes = {
        ["POST /assessment.list"] = assessments.list,
        ["POST /assessment.start"] = assessments.start,
        ["POST /assessment.cancel"] = assessments.cancel,
    },
}
