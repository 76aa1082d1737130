-- `ctx.orders`: placing, finding and cancelling orders of this connection.
return function(core)
    local host = core.host
    local null = host.json.null
    local orders = {}

    local place_fields = { external_id = true, candidate = true, package = true, account = true, metadata = true, present = true, reorder = true }
    local text_fields = { "first_name", "last_name", "email", "phone", "country" }

    -- ATSs give ids as numbers or as text; orders hold text.
    local function identifier(call, name, value)
        if core.is_whole(value) then
            return core.number_text(value)
        end
        return core.check(call, name, value, "text")
    end

    -- The candidate without empty fields. What a provider needs and does not find is the host's to say.
    local function candidate(call, given)
        local result = {}
        for field, value in pairs(core.check(call, "candidate", given, "table")) do
            if value ~= null and value ~= "" then
                result[field] = value
            end
        end
        for _, field in ipairs(text_fields) do
            if result[field] ~= nil then
                core.check(call, "candidate." .. field, result[field], "text")
            end
        end
        return result
    end

    -- The answer, unless it is that the run ends here: the candidate was withdrawn, or asked for again.
    local function unless_ended(reply)
        if reply and reply.ends then
            host.finish(reply.ends)
        end
        return core.without_nulls(reply)
    end

    --- → the order, with `created`; the same external_id on one connection gives the same order, unless `reorder` is true and that one ended.
    function orders.place(options)
        local call = "ctx.orders.place"
        core.check_options(call, options, place_fields)
        return unless_ended(core.call("orders.place", {
            external_id = identifier(call, "external_id", options.external_id),
            candidate = candidate(call, options.candidate),
            package = identifier(call, "package", options.package),
            account = core.check_optional(call, "account", options.account, "text"),
            metadata = core.check_optional(call, "metadata", options.metadata, "table"),
            present = core.check_optional(call, "present", options.present, "boolean"),
            reorder = core.check_optional(call, "reorder", options.reorder, "boolean") or nil,
        }))
    end

    --- → the order, or nil.
    function orders.get(id)
        return core.without_nulls(core.call("orders.get", { id = core.check("ctx.orders.get", "id", id, "text") }))
    end

    --- → the order with this external_id, or nil.
    function orders.find(options)
        local call = "ctx.orders.find"
        core.check_options(call, options, { external_id = true })
        return core.without_nulls(core.call("orders.find", { external_id = identifier(call, "external_id", options.external_id) }))
    end

    --- The candidate is withdrawn: an older request of this external_id orders nothing any more. → the order to cancel, or nil.
    function orders.withdraw(options)
        local call = "ctx.orders.withdraw"
        core.check_options(call, options, { external_id = true })
        return unless_ended(core.call("orders.find", {
            external_id = identifier(call, "external_id", options.external_id),
            withdrawn = true,
        }))
    end

    --- → {cancelled = true}, or {cancelled = false, reason = "too_late" or "unsupported"}.
    function orders.cancel(id, reason)
        local call = "ctx.orders.cancel"
        if type(id) == "table" and type(id.id) == "string" then
            core.raise { message = call .. ": id should be text, found table", path = "id", hint = "pass order.id" }
        end
        return unless_ended(core.call("orders.cancel", {
            id = core.check(call, "id", id, "text"),
            reason = core.check_optional(call, "reason", reason, "string"),
        }))
    end

    return core.library("ctx.orders", orders)
end
