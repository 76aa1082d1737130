-- Ashby, by its assessments: a recruiter starts a screening in Ashby, every change is told by assessment.update. A stage
-- may order as well, by webhook: lib/stages.lua.
local assessments, stages = require "lib.assessments", require "lib.stages"

local function on_update(update, ctx)
    local via = (update.order.metadata or {}).via
    if via == "assessment" then
        return assessments.update(update, ctx)
    elseif via == "webhook" then
        return stages.update(update, ctx)
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
