-- The less travelled side of running a hook: overlays, provider hooks, the reply of a route, and what to say when the
-- table of hooks is not what it should be.
return function(core)
    local host = core.host
    local null = host.json.null
    local hooks_module = {}

    local function describe(value)
        return core.part("errors").describe(value)
    end

    local known_hooks = {
        on_event = true, on_update = true, on_erase = true, map_request = true, routes = true, on_notification = true,
        packages = true, submit = true, report = true, find = true, cancel = true, interpret = true,
    }

    function hooks_module.not_hooks(file, found)
        core.raise {
            message = ("%s should return the table of hooks, found %s"):format(file, describe(found)),
            expected = "table", found = describe(found),
            hint = "end the file with: return { on_event = on_event, … }",
        }
    end

    --- An overlay file returns `function(base) … return hooks end`.
    function hooks_module.overlay(wrap, base)
        if type(wrap) ~= "function" then
            core.raise {
                message = "the connection's script should return a function of the plugin's hooks, found " .. describe(wrap),
                expected = "function", found = describe(wrap),
                hint = "write: return function(base) … return base end",
            }
        end
        local hooks = wrap(base)
        if type(hooks) ~= "table" then
            core.raise {
                message = "the function of the connection's script should return the hooks, found " .. describe(hooks),
                expected = "table", found = describe(hooks),
                hint = "end it with: return base",
            }
        end
        return hooks
    end

    --- Which hooks and routes there are, sorted; an unknown or malformed one is an error here.
    function hooks_module.describe(hooks)
        local names, routes = {}, {}
        for name, hook in pairs(hooks) do
            if not known_hooks[name] then
                core.part("errors").unknown("the table of hooks has no place for", name, known_hooks)
            elseif name ~= "routes" then
                core.check("the table of hooks", name, hook, "function")
                names[#names + 1] = name
            end
        end
        if hooks.routes ~= nil then
            for route, handler in pairs(core.check("the table of hooks", "routes", hooks.routes, "table")) do
                core.check("routes", tostring(route), handler, "function")
                if type(route) ~= "string" or not route:find("^%u+ /") then
                    core.raise {
                        message = ("the route '%s' is not written as METHOD /path"):format(tostring(route)),
                        expected = "METHOD /path", hint = 'for example ["POST /assessments/start"]',
                    }
                end
                routes[#routes + 1] = route
            end
        end
        table.sort(names)
        table.sort(routes)
        return { hooks = host.json.array(names), routes = host.json.array(routes) }
    end

    function hooks_module.missing(name, is_route, hooks, found)
        if found ~= nil then
            core.check("the table of hooks", name, found, "function")
        end
        local known = is_route and (type(hooks.routes) == "table" and hooks.routes or {}) or hooks
        core.part("errors").unknown(is_route and "the table of routes has no" or "the table of hooks has no", name, known)
    end

    --- The arguments of a provider's hook, ctx last. A webhook among them is made ready as any delivery is.
    function hooks_module.provider_arguments(args, ctx, delivery)
        local values, count = {}, #args
        for index = 1, count do
            local value = args[index]
            if value == null then
                value = nil
            elseif type(value) == "table" and (value.raw ~= nil or value.raw_base64 ~= nil) then
                value = delivery(value)
            else
                value = core.without_nulls(value)
            end
            values[index] = value
        end
        values[count + 1] = ctx
        return values, count + 1
    end

    --- What a hook returned, for the run's page; nothing decides by it. A value that is no JSON must not undo what the hook did.
    function hooks_module.result(value)
        local encoded, problem = pcall(host.json.encode, value)
        if not encoded then
            local why = type(problem) == "string" and problem:gsub("^%S+:%-?%d+: ", "") or "it is no JSON"
            core.part("log").warn("what the hook returned is not shown: " .. why)
            return nil
        end
        return value
    end

    local reply_fields = { status = true, headers = true, json = true, text = true }

    --- The reply of a route: `{status, headers, json | text}`, status 200 where none is given.
    function hooks_module.reply(value)
        if value == nil then
            return { status = 200 }
        end
        core.check("the route's reply", "result", value, "table")
        for field in pairs(value) do
            if not reply_fields[field] then
                core.part("errors").unknown("the route's reply has no field", field, reply_fields)
            end
        end
        local status = value.status
        if status ~= nil and not (math.type(status) == "integer" and status >= 200 and status <= 599) then
            core.part("errors").argument("the route's reply", "status", "integer from 200 to 599", status)
        end
        if value.json ~= nil and value.text ~= nil then
            core.raise { message = "the route's reply has both json and text", hint = "give one of them" }
        end
        core.check_optional("the route's reply", "text", value.text, "string")
        local headers
        if value.headers ~= nil then
            headers = core.part("headers").plain("the route's reply", value.headers)
        end
        return { status = status or 200, headers = headers, json = value.json, text = value.text }
    end

    return hooks_module
end
