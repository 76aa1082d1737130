-- PagerDuty, Events API v2: an issue is an incident by its id, and resolving the issue resolves the incident.
local actions = {
    ["issue.opened"] = "trigger", ["issue.reopened"] = "trigger", ["issue.resolved"] = "resolve", ["webhook.failing"] = "trigger",
    ["webhook.disabled"] = "trigger", ["webhook.recovered"] = "resolve",
}
local known = { critical = true, error = true, warning = true, info = true }

local function on_notification(notification, ctx)
    local action = actions[notification.type]
    if not action then ctx.skip("PagerDuty is told of issues and webhooks only") end
    local issue, data = notification.issue, notification.data or {}
    local key = issue and issue.id or "webhook:" .. tostring(data.webhook)
    local event = { routing_key = ctx.secret.routing_key, event_action = action, dedup_key = key }
    if action == "trigger" then
        local severity = issue and known[issue.severity] and issue.severity or ctx.settings.severity
        local summary = issue and (issue.title or issue.kind) or ("%s: %s"):format(notification.type, tostring(data.webhook))
        event.payload = {
            summary = tostring(summary or key):sub(1, 1024), source = ctx.settings.source, severity = severity, timestamp = notification.at,
            class = issue and issue.kind or notification.type,
        }
        local base = ctx.settings.dashboard
        if base then
            local path = issue and "/issues/" .. issue.id or "/webhooks"
            event.links = { { href = base:gsub("/+$", "") .. path, text = "Fairlead" } }
        end
    end
    local reply = ctx.http.post(ctx.settings.url .. "/v2/enqueue", { json = event })
    if reply.status == 429 then ctx.retry { after = reply.headers["retry-after"] or 60, reason = "PagerDuty asks to wait" } end
    if reply.status >= 500 then ctx.retry { reason = "PagerDuty answered " .. reply.status } end
    if reply.status >= 300 then ctx.park("PagerDuty answered " .. reply.status .. ": look at the integration key") end
end

return { on_notification = on_notification }
