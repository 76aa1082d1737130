-- What only the scripts of providers have: `ctx.ok`.
return function(core)
    local provider = {}

    -- The text at a dotted path of a decoded body, or nil.
    local function message_at(path, body)
        if path == nil or type(body) ~= "table" then
            return nil
        end
        return core.part("map")(body):text(path)
    end

    --- The decoded body of a reply of 2xx (nil where it has none). Any other reply ends the hook as the provider's answer, with the
    --- message that stands at `path` of its body.
    function provider.ok(reply, path)
        core.check("ctx.ok", "reply", reply, "table")
        core.check_optional("ctx.ok", "path", path, "text")
        local status = core.check("ctx.ok", "reply.status", reply.status, "integer")
        local body = reply.json
        if status < 200 or status > 299 then
            local message = message_at(path, body)
            core.raise {
                code = message and "provider_answer" or "provider_status",
                message = message and message:sub(1, 500) or ("the provider answered HTTP %d"):format(status),
            }
        elseif body == nil and reply.body and reply.body:find("%S") then
            core.raise { code = "provider_answer", message = "the provider's answer is not JSON" }
        end
        return body
    end

    return provider
end
