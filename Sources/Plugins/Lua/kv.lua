-- `ctx.kv`: what a connection remembers from one run to the next.
return function(core)
    local kv = {}

    --- → the value, or nil.
    function kv.get(key)
        return core.call("kv.get", { key = core.check("ctx.kv.get", "key", key, "text") })
    end

    --- Stores anything that JSON can hold; `ttl` is in seconds.
    function kv.set(key, value, options)
        local call = "ctx.kv.set"
        core.check(call, "key", key, "text")
        if value == nil then
            core.raise { message = call .. ": value is nothing", path = "value", hint = "ctx.kv.delete removes a key" }
        end
        local ttl
        if options ~= nil then
            core.check_options(call, options, { ttl = true })
            ttl = core.check_optional(call, "ttl", options.ttl, "number")
            if ttl and not (ttl > 0 and ttl < math.huge) then
                core.part("errors").argument(call, "ttl", "seconds, more than 0", ttl)
            end
        end
        core.call("kv.set", { key = key, value = value, ttl = ttl })
    end

    function kv.delete(key)
        core.call("kv.delete", { key = core.check("ctx.kv.delete", "key", key, "text") })
    end

    return core.library("ctx.kv", kv)
end
