-- `ctx.http`: checks a request, notes where secrets stand in it, and asks the host to send it.
return function(core)
    local host = core.host
    local null = host.json.null
    local headers = core.part("headers")
    local http = {}

    local allowed = {
        method = true, url = true, headers = true, query = true, json = true, form = true, body = true, auth = true,
        timeout = true, on_error = true, sign = true, creates = true,
    }

    -- Notes that a secret stands at `at` (field names and list indexes, from the request's root).
    local function note(found, value, at)
        found[#found + 1] = { at = at, parts = core.secret_parts(value) }
    end

    local function path(at)
        local text = ""
        for _, step in ipairs(at) do
            text = type(step) == "number" and ("%s[%d]"):format(text, step) or (text == "" and step or text .. "." .. step)
        end
        return text
    end

    -- A value that goes out as text: a string, a number, a boolean or a secret.
    local function plain(call, found, value, at)
        if core.secret_parts(value) then
            note(found, value, at)
            return tostring(value)
        elseif type(value) == "number" and value == value and math.abs(value) ~= math.huge then
            return core.number_text(value)
        elseif type(value) == "number" or type(value) == "boolean" then
            return tostring(value)
        end
        return core.check(call, path(at), value, "string")
    end

    -- The fields of `query` and `form`: text, or lists of text.
    local function fields(call, found, name, given)
        local result = {}
        for key, value in pairs(core.check(call, name, given, "table")) do
            core.check(call, name .. ": the name", key, "text")
            if type(value) == "table" and not core.secret_parts(value) then
                local list = {}
                for index, item in ipairs(value) do
                    list[index] = plain(call, found, item, { name, key, index })
                end
                result[key] = host.json.array(list)
            else
                result[key] = plain(call, found, value, { name, key })
            end
        end
        return result
    end

    -- Secrets anywhere inside `json`. Too deep or cyclic tables are left to the encoder, which refuses them.
    local function search(found, value, at, depth)
        if core.secret_parts(value) then
            note(found, value, at)
        elseif type(value) == "table" and depth < 64 then
            for key, member in pairs(value) do
                if type(member) == "table" then
                    local inner = { table.unpack(at) }
                    inner[#inner + 1] = key
                    search(found, member, inner, depth + 1)
                end
            end
        end
    end

    local function add_auth(call, found, given)
        core.check_options(call .. " auth", given, { bearer = true, basic = true })
        if given.bearer ~= nil then
            return { bearer = plain(call, found, given.bearer, { "auth", "bearer" }) }
        end
        local basic = core.check(call, "auth.basic", given.basic, "table")
        local password = basic[2]
        if password == nil then
            password = ""
        end
        return {
            basic = {
                plain(call, found, basic[1], { "auth", "basic", 1 }),
                plain(call, found, password, { "auth", "basic", 2 }),
            },
        }
    end

    local function add_headers(call, found, given)
        local result = {}
        for name, value in pairs(core.check(call, "headers", given, "table")) do
            local lower = headers.name(call, name)
            if core.secret_parts(value) then
                note(found, value, { "headers", lower })
                value = tostring(value)
            end
            result[lower] = headers.value(call, lower, value)
        end
        return result
    end

    local function add_body(call, args, found, options)
        if core.secret_parts(options.body) then
            note(found, options.body, { "body" })
            args.body = tostring(options.body)
        else
            local body = core.check(call, "body", options.body, "string")
            if utf8.len(body) then
                args.body = body
            else
                args.body_base64 = host.crypto.base64(body)
            end
        end
    end

    -- How the host signs the request when it goes out: each time anew, because receivers refuse old signatures.
    local function add_sign(call, given)
        core.check_options(call .. " sign", given, { standard_webhooks = true, id = true })
        local parts = core.secret_parts(given.standard_webhooks)
        if not parts or #parts > 1 then
            core.part("errors").argument(call, "sign.standard_webhooks", "a secret, ctx.secret.NAME", given.standard_webhooks)
        end
        return { scheme = "standard_webhooks", secret = parts[1].secret, id = core.check(call, "sign.id", given.id, "text") }
    end

    -- `json` is decoded when it is first asked for, once.
    local Reply = {
        __metatable = false,
        __name = "reply",
        __index = function(self, key)
            if key ~= "json" or not self.body then
                return nil
            end
            local decoded, value = pcall(host.json.decode, self.body)
            if not decoded or value == null then
                return nil
            end
            self.json = value
            return value
        end,
    }

    local function send(call, options)
        core.check_options(call, options, allowed)
        local found = {}
        local url_parts = core.secret_parts(options.url)
        if url_parts and (#url_parts > 1 or type(url_parts[1]) ~= "table") then
            core.raise {
                message = call .. ": a secret cannot stand in the URL", path = "url",
                hint = "URLs are logged by others; use headers, auth or query, or let the secret be the whole URL",
            }
        elseif url_parts then
            note(found, options.url, { "url" })
        end
        local args = {
            method = core.check(call, "method", options.method, "text"):upper(),
            url = url_parts and tostring(options.url) or core.check(call, "url", options.url, "text"),
            timeout = core.check_optional(call, "timeout", options.timeout, "number"),
            json = options.json,
        }
        -- TRACE gives back what was sent, secrets too; CONNECT makes a way to somebody else.
        if not args.method:find("^%u+$") or args.method == "TRACE" or args.method == "CONNECT" then
            core.part("errors").argument(call, "method", "a method such as GET", options.method)
        elseif args.timeout and not (args.timeout > 0 and args.timeout < math.huge) then
            core.part("errors").argument(call, "timeout", "seconds, more than 0", args.timeout)
        elseif options.on_error ~= nil and options.on_error ~= "return" and options.on_error ~= "retry" then
            core.part("errors").argument(call, "on_error", '"return" or "retry"', options.on_error)
        end
        args.on_error = options.on_error
        args.creates = core.check_optional(call, "creates", options.creates, "boolean")
        local bodies = (options.json ~= nil and 1 or 0) + (options.form ~= nil and 1 or 0) + (options.body ~= nil and 1 or 0)
        if bodies > 1 then
            core.raise { message = call .. ": give only one of json, form and body", path = "body" }
        end
        if options.headers ~= nil then args.headers = add_headers(call, found, options.headers) end
        if options.query ~= nil then args.query = fields(call, found, "query", options.query) end
        if options.form ~= nil then args.form = fields(call, found, "form", options.form) end
        if options.auth ~= nil then args.auth = add_auth(call, found, options.auth) end
        if options.body ~= nil then add_body(call, args, found, options) end
        if options.sign ~= nil then args.sign = add_sign(call, options.sign) end
        if core.secrets_used then search(found, options.json, { "json" }, 1) end
        if #found > 0 then
            args.secrets = found
        end
        local reply = core.call("http", args)
        core.without_nulls(reply)
        if reply.body_base64 then
            reply.body, reply.body_base64 = host.crypto.unbase64(reply.body_base64), nil
        end
        return host.setmetatable(reply, Reply)
    end

    function http.request(options)
        return send("ctx.http.request", options)
    end

    for _, method in ipairs { "get", "post", "put", "patch", "delete" } do
        local call = "ctx.http." .. method
        http[method] = function(url, options)
            local complete = { method = method, url = url }
            for key, value in pairs(core.check_optional(call, "options", options, "table") or {}) do
                if key == "method" or key == "url" then
                    core.raise { message = ("%s: %s is not an option here"):format(call, key), hint = "use ctx.http.request" }
                end
                complete[key] = value
            end
            return send(call, complete)
        end
    end

    return core.library("ctx.http", http)
end
