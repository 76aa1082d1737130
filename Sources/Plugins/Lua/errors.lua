-- Structured errors: what scripts can catch, and what the command line, the API and the dashboard print. They say what
-- was expected and of which kind the thing found was; they never show a value, for it may be a person's.
return function(core)
    local host = core.host
    local errors = {}

    local Error = {
        __name = "error",
        __metatable = false,
        __tostring = function(self) return tostring(rawget(self, "message")) end,
    }

    function errors.raise(fields)
        if fields.script == nil then
            fields.script, fields.line = host.where(1) -- the innermost line of the plugin
        end
        error(host.setmetatable(fields, Error), 0)
    end

    --- The kind of a value, in words, without the value.
    function errors.describe(value)
        local kind = type(value)
        if value == nil then
            return "nothing"
        elseif value == host.json.null then
            return "null"
        elseif core.secret_parts(value) then
            return "secret"
        elseif kind == "string" then
            return value == "" and "empty text" or "text"
        elseif kind == "table" then
            return next(value) == nil and "empty table" or rawget(value, 1) ~= nil and "list" or "table"
        elseif kind == "number" then
            return math.type(value) == "integer" and "integer" or "number"
        end
        return kind
    end

    local hints = {
        ["text/integer"] = "tostring(value) turns a number into text",
        ["text/number"] = "tostring(value) turns a number into text",
        ["number/text"] = "tonumber(value) turns text into a number",
        ["integer/text"] = "math.tointeger(value) turns text into an integer",
        ["text/null"] = "the payload says null here: test for it, or read the payload with map",
        ["text/secret"] = "a secret can be used in ctx.http options and as the key of crypto.hmac only",
    }

    --- `call` was given an argument of the wrong kind.
    function errors.argument(call, argument, expected, value)
        local found = errors.describe(value)
        local wanted = (expected == "string" or expected == "text") and "text" or expected
        errors.raise {
            message = ("%s: %s should be %s, found %s"):format(call, argument, wanted, found),
            path = argument,
            expected = wanted,
            found = found,
            hint = hints[wanted .. "/" .. found],
        }
    end

    -- How many slips apart two names are (a letter too many, missing, wrong, or two swapped). Case, spaces, `_` and `-` do
    -- not count.
    local function distance(a, b)
        a, b = a:lower():gsub("[%s_%-]", ""), b:lower():gsub("[%s_%-]", "")
        local before, row = {}, {}
        for j = 0, #b do
            row[j] = j
        end
        for i = 1, #a do
            local above = row
            row = { [0] = i }
            for j = 1, #b do
                local cost = a:byte(i) == b:byte(j) and 0 or 1
                row[j] = math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + cost)
                if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
                    row[j] = math.min(row[j], before[j - 2] + 1)
                end
            end
            before = above
        end
        return row[#b]
    end

    --- The name in the set `known` that `name` was probably meant to be, or nil.
    function errors.suggest(name, known)
        if type(name) ~= "string" or #name > 64 then
            return nil
        end
        local best, least = nil, math.max(1, #name // 3) + 1
        for candidate in pairs(known) do
            if type(candidate) == "string" then
                local edits = distance(name, candidate)
                if edits < least then
                    best, least = candidate, edits
                end
            end
        end
        return best
    end

    --- `what` (such as "ctx has no") is said of `name`. `known` is the set of those it has, or a function that gives it.
    function errors.unknown(what, name, known)
        if type(known) == "function" then
            known = known()
        end
        local names = {}
        for key in pairs(known) do
            names[#names + 1] = tostring(key)
        end
        table.sort(names)
        local meant = errors.suggest(name, known)
        local shown = type(name) == "string" and name:sub(1, 64) or errors.describe(name)
        local list = #names > 0 and table.concat(names, ", ") or "nothing"
        errors.raise {
            message = ("%s '%s'"):format(what, shown),
            path = shown,
            expected = list,
            hint = meant and ("did you mean '%s'?"):format(meant) or "known here: " .. list,
        }
    end

    return errors
end
