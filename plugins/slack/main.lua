-- Slack: what happens becomes a message of an incoming webhook.
local titles = {
    ["issue.opened"] = ":rotating_light: Needs a person", ["issue.reopened"] = ":rotating_light: Again",
    ["issue.resolved"] = ":white_check_mark: Resolved", ["order.created"] = "Order placed", ["order.updated"] = "Order",
    ["dead_letter"] = ":warning: Dead letter", ["webhook.failing"] = ":warning: Webhook fails",
    ["webhook.recovered"] = ":white_check_mark: Webhook answers again", ["webhook.disabled"] = ":rotating_light: Webhook disabled",
}

--- Slack reads these three as markup.
local function plain(text)
    return (tostring(text):gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"))
end

local function link(ctx, path, text)
    local base = ctx.settings.dashboard
    return base and ("<%s/%s|%s>"):format(base:gsub("/+$", ""), path, plain(text)) or plain(text)
end

local function line(notification, ctx)
    local issue, order, data = notification.issue, notification.order, notification.data or {}
    if issue then return link(ctx, "issues/" .. issue.id, issue.title or issue.kind or issue.id) end
    if order then
        local outcome = order.outcome and (" (%s)"):format(order.outcome) or ""
        return ("%s %s%s"):format(link(ctx, "orders/" .. order.order, order.order), plain(order.state), outcome)
    end
    if data.run then return link(ctx, "runs/" .. data.run, data.run) .. " " .. plain(data.code or data.state) end
    return plain(data.webhook or data.event or notification.id) .. (data.reason and " " .. plain(data.reason) or "")
end

local function on_notification(notification, ctx)
    local title = titles[notification.type] or notification.type
    local reply = ctx.http.post(ctx.secret.url, { json = { text = ("*%s*: %s"):format(title, line(notification, ctx)) } })
    if reply.status == 429 then ctx.retry { after = reply.headers["retry-after"], reason = "Slack asks to wait" } end
    if reply.status >= 500 then ctx.retry { reason = "Slack answered " .. reply.status } end
    -- 403 and 404: the webhook was removed or its channel archived. A person has to make another one.
    if reply.status >= 300 then ctx.park("Slack answered " .. reply.status .. ": make another incoming webhook") end
end

return { on_notification = on_notification }
