-- Microsoft Teams: what happens becomes an adaptive card, posted by a workflow ("when a Teams webhook request is received").
local titles = {
    ["issue.opened"] = "Needs a person", ["issue.reopened"] = "Needs a person again", ["issue.resolved"] = "Resolved",
    ["order.created"] = "Order placed", ["order.updated"] = "Order", ["dead_letter"] = "Dead letter", ["webhook.failing"] = "Webhook fails",
    ["webhook.recovered"] = "Webhook answers again", ["webhook.disabled"] = "Webhook disabled",
}
local colors = {
    ["issue.opened"] = "attention", ["issue.reopened"] = "attention", ["issue.resolved"] = "good", ["dead_letter"] = "warning",
    ["webhook.failing"] = "warning", ["webhook.recovered"] = "good", ["webhook.disabled"] = "attention",
}

--- What it is about, and where the dashboard shows it.
local function subject(notification)
    local issue, order, data = notification.issue, notification.order, notification.data or {}
    if issue then return issue.title or issue.kind or issue.id, "issues/" .. issue.id end
    if order then
        return ("%s %s%s"):format(order.order, order.state, order.outcome and (" (%s)"):format(order.outcome) or ""), "orders/" .. order.order
    end
    if data.run then return data.run .. " " .. (data.code or data.state or ""), "runs/" .. data.run end
    return (data.webhook or data.event or notification.id) .. (data.reason and " " .. data.reason or "")
end

local function on_notification(notification, ctx)
    local text, path = subject(notification)
    local card = {
        type = "AdaptiveCard", version = "1.4",
        body = {
            {
                type = "TextBlock", weight = "bolder", color = colors[notification.type] or "default",
                text = titles[notification.type] or notification.type,
            },
            { type = "TextBlock", wrap = true, text = text },
        },
    }
    local base = ctx.settings.dashboard
    if base and path then
        card.actions = { { type = "Action.OpenUrl", title = "Open", url = base:gsub("/+$", "") .. "/" .. path } }
    end
    local reply = ctx.http.post(ctx.secret.url, {
        json = { type = "message", attachments = { { contentType = "application/vnd.microsoft.card.adaptive", content = card } } },
    })
    if reply.status == 429 then ctx.retry { after = reply.headers["retry-after"], reason = "Teams asks to wait" } end
    if reply.status >= 500 then ctx.retry { reason = "Teams answered " .. reply.status } end
    if reply.status >= 300 then ctx.park("Teams answered " .. reply.status .. ": look at the workflow") end
end

return { on_notification = on_notification }
