-- The trusted half of the host API: it runs before every script, in the script's own state, and turns the sandbox's
-- primitives into `ctx`, `event`, `update` and `require`. The rest are modules named `host.NAME` (NAME.lua beside this
-- file), loaded when first used, the common ones before the first run. The host's
-- scripts have globals of their own, so nothing that a plugin assigns changes them.
local host = ...
local env, json = host.env, host.json
local null = json.null

local core = { host = host }

-- Parts -----------------------------------------------------------------------------------------------------------

local parts = {}

--- The trusted module `host.NAME`, built on first use.
local function part(name)
    local built = parts[name]
    if built == nil then
        built = host.require("host." .. name)(core)
        parts[name] = built
    end
    return built
end
core.part = part

--- Raises a structured error: `message` and, where known, `path`, `expected`, `found`, `hint`. Never returns.
local function raise(fields)
    part("errors").raise(fields)
end
core.raise = raise

--- The parts that a secret placeholder stands for, or nil when `value` is anything else. Found by identity: nothing
--- that a payload contains can pass for a placeholder.
function core.secret_parts(value)
    local secrets = parts.secrets
    return secrets and secrets.parts_of[value]
end

-- Numbers -----------------------------------------------------------------------------------------------------------

--- Whether a value is a whole number of which every digit is known.
function core.is_whole(value)
    return math.type(value) == "integer" or type(value) == "number" and value == math.floor(value) and math.abs(value) < 1e40
end

--- A number as text: a whole one in plain decimal digits, however it was written.
function core.number_text(value)
    if math.type(value) == "integer" then
        return ("%d"):format(value)
    elseif core.is_whole(value) then
        return (("%.0f"):format(value):gsub("^%-0$", "0"))
    end
    return json.encode(value)
end

-- Arguments -------------------------------------------------------------------------------------------------------

--- Raises unless `value` is of `kind`: a type of Lua's, `integer`, or `text` for a string that is not empty.
local function check(call, argument, value, kind)
    local found = type(value)
    local fits = found == kind
        or kind == "text" and found == "string" and value ~= ""
        or kind == "integer" and math.type(value) == "integer"
    if not fits then
        part("errors").argument(call, argument, kind, value)
    end
    return value
end
core.check = check

--- The same, for an argument that may be left out; JSON's null counts as left out.
local function check_optional(call, argument, value, kind)
    if value == nil or value == null then
        return nil
    end
    return check(call, argument, value, kind)
end
core.check_optional = check_optional

--- Raises unless `options` is a table whose every key is one of `allowed` (a set).
function core.check_options(call, options, allowed)
    check(call, "options", options, "table")
    for key in pairs(options) do
        if not allowed[key] then
            part("errors").unknown(call .. ": there is no option", key, allowed)
        end
    end
    return options
end

-- Puts a C function in front of a Lua one. `return ctx.skip(…)` is a tail call: into a Lua function it would give up the
-- script's frame, and errors could no longer name its line.
local keep_line = host.wrap or function(f) return f end
core.keep_line = keep_line

--- A table that raises when something it does not have is read or anything is written. `find(key)` gives a member.
local function closed(name, find, known)
    local seen = {}
    return host.setmetatable({}, {
        __metatable = false,
        __name = name,
        __index = function(_, key)
            local member = seen[key]
            if member == nil then
                member = find(key)
                if member == nil then
                    part("errors").unknown(name .. " has no", key, known)
                end
                if type(member) == "function" then
                    member = keep_line(member)
                end
                seen[key] = member
            end
            return member
        end,
        __newindex = function(_, key)
            raise { message = ("%s.%s cannot be assigned"):format(name, tostring(key)), hint = "use a local variable" }
        end,
    })
end
core.closed = closed

--- `closed` over a table of functions.
function core.library(name, functions)
    return closed(name, function(key) return functions[key] end, functions)
end

-- Values from the host --------------------------------------------------------------------------------------------

--- Removes nulls from the named fields of what the host made (an order, settings), so that `if order.report_url then`
--- reads as it should. What came from outside (a body, a stored value) keeps its nulls.
local without_nulls = host.without_nulls
core.without_nulls = without_nulls

--- Asks the host. Its refusal is raised at the script's line, where pcall can catch it.
local function call(op, args)
    local reply = host.call(op, args)
    if reply.error ~= nil and reply.error ~= null then
        raise(without_nulls(reply.error))
    end
    local value = reply.value
    if value == null then
        return nil
    end
    return value
end
core.call = call

--- A delivery as scripts see it: `raw` bytes and `body`, which the host has read, or leaves to be read here where it is plain JSON.
local function delivery(input)
    local body, reads = input.body, input.reads
    input.body, input.reads = nil, nil
    without_nulls(input)
    if input.raw_base64 then
        input.raw, input.raw_base64 = host.crypto.unbase64(input.raw_base64), nil
    end
    input.raw = input.raw or ""
    input.params, input.query, input.headers = input.params or {}, input.query or {}, input.headers or {}
    if reads then
        body = json.decode(input.raw)
    end
    input.body = body
    return input
end

-- ctx -------------------------------------------------------------------------------------------------------------

local longest_wait = 30 * 86400

local members = {
    now = function() return call("now", {}) end,
    uuid = function() return call("uuid", {}) end,
    random = function() return call("random", {}) end,
    packages = function(account)
        return without_nulls(call("packages", { account = check_optional("ctx.packages", "account", account, "text") }))
    end,
    reject = function(message)
        host.finish { kind = "rejected", reason = check("ctx.reject", "message", message, "text") }
    end,
    park = function(reason)
        host.finish { kind = "parked", reason = check("ctx.park", "reason", reason, "text") }
    end,
    skip = function(reason)
        host.finish { kind = "skipped", reason = check("ctx.skip", "reason", reason, "text") }
    end,
    retry = function(options)
        core.check_options("ctx.retry", options, { after = true, reason = true, keep = true })
        local after = options.after
        if type(after) ~= "string" then
            after = check_optional("ctx.retry", "after", after, "number")
        end
        if type(after) == "number" and not (after >= 0 and after < math.huge) then
            part("errors").argument("ctx.retry", "after", "seconds, 0 or more, or an HTTP date", after)
        end
        if type(after) == "number" and after > longest_wait then
            part("log").warn(("ctx.retry: a run waits for at most %d days, not %.1f"):format(longest_wait // 86400, after / 86400))
            after = longest_wait
        end
        host.finish {
            kind = "retry",
            after = after,
            reason = check("ctx.retry", "reason", options.reason, "text"),
            keep = check_optional("ctx.retry", "keep", options.keep, "boolean"),
        }
    end,
}

-- Members of ctx that are parts of their own.
local built_on_use = { orders = "orders", http = "http", kv = "kv", log = "log", secret = "secrets" }

local function find_member(key)
    local member = members[key]
    if member == nil and built_on_use[key] then
        member = part(built_on_use[key])
        if key == "secret" or key == "log" then
            member = member.member
        end
    end
    return member
end

local offered = closed("ctx", find_member, function()
    local known = {}
    for key in pairs(members) do
        known[key] = true
    end
    for key in pairs(built_on_use) do
        known[key] = true
    end
    return known
end)

local function context(given)
    members.settings = without_nulls(given.settings) or {}
    members.connection = without_nulls(given.connection)
    if given.account then
        members.account = without_nulls(given.account)
        members.ok = part("provider").ok
    end
    members.run = without_nulls(given.run)
    core.secret_names = given.secrets or {}
    return offered
end

-- require and print ---------------------------------------------------------------------------------------------------

local modules = { json = true, crypto = true, text = true, time = true, map = true, screening = true }
local required = { json = core.library("json", json) }

env.require = keep_line(function(name)
    check("require", "name", name, "text")
    if modules[name] then
        if not required[name] then
            -- Scripts require at their top what few of their runs use: a library is loaded when a function of it is asked for.
            required[name] = name == "map" and part(name) or closed(
                name,
                function(key) return part(name)[key] end,
                function() return part(name) end
            )
        end
        return required[name]
    elseif name:sub(1, 5) == "host." or not host.has(name) then
        part("errors").unknown("require: there is no module", name, modules)
    end
    return host.require(name)
end)

function env.print(...)
    part("log").print(...)
end

-- Running a hook --------------------------------------------------------------------------------------------------

local function load_hooks(request)
    local hooks = host.require(request.base)
    if type(hooks) ~= "table" then
        part("hooks").not_hooks("main.lua", hooks)
    end
    if request.overlay ~= nil and request.overlay ~= null then
        hooks = part("hooks").overlay(host.require(request.overlay), hooks)
    end
    return hooks
end

--- What the hook is called with, ctx last; and how many values that is.
local function arguments(request, body, ctx)
    local input = request.input
    if input == nil or input == null then
        return { ctx }, 1
    elseif input.args then
        return part("hooks").provider_arguments(input.args, ctx, delivery)
    elseif request.hook == "map_request" then
        return { input.request, without_nulls(input.order), ctx }, 3
    elseif request.hook == "on_update" or request.hook == "on_erase" or request.hook == "on_notification" then
        return { without_nulls(input), ctx }, 2
    end
    input.raw = input.raw or body
    return { delivery(input), ctx }, 2
end

-- The state as it stands here is what runs begin with, as a copy: what many of them use costs nothing if it is there already.
-- (`secrets` is not: what it holds differs from run to run.)
for _, name in ipairs { "headers", "hooks", "http", "map", "names", "orders", "phone", "screening", "text", "time" } do
    part(name)
end

return function(request, body)
    local hooks = load_hooks(request)
    if request.op == "describe" then
        return part("hooks").describe(hooks)
    end
    local name = request.hook
    local is_route = name:find("/", 1, true) ~= nil
    core.is_route = is_route
    local hook = hooks[name]
    if is_route then
        hook = type(hooks.routes) == "table" and hooks.routes[name] or nil
    end
    if type(hook) ~= "function" then
        part("hooks").missing(name, is_route, hooks, hook)
    end
    local values, count = arguments(request, body, context(request.context or {}))
    local value = hook(table.unpack(values, 1, count))
    if name == "on_event" or name == "on_update" or name == "on_erase" or name == "on_notification" then
        value = part("hooks").result(value)
    elseif is_route then
        value = part("hooks").reply(value)
    elseif name == "map_request" then
        check("map_request", "result", value, "table")
    end
    if value == nil then
        value = null
    end
    return { kind = "done", value = value }
end
