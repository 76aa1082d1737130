-- The module `map`: reads a decoded payload by paths such as `candidate.phones[1].value`. Nulls and missing parts read as
-- nil, and every error names the path from the payload's root.
return function(core)
    local null = core.host.json.null
    local Map, Meta = {}, { __name = "map", __metatable = false }
    local state = {} -- map → { value, where it stands in the payload }

    local function steps(path)
        core.check("map", "path", path, "string")
        local list, position = {}, 1
        while position <= #path do
            local name, after = path:match("^%.?([^.%[%]]+)()", position)
            if not name then
                local index
                index, after = path:match("^%[(%d+)%]()", position)
                name = math.tointeger(tonumber(index))
                if not name then
                    name, after = path:match('^%["([^"]+)"%]()', position)
                end
            end
            if not name then
                core.raise {
                    message = ("map: the path '%s' cannot be read at character %d"):format(path:sub(1, 100), position),
                    path = path:sub(1, 100), expected = 'names joined with dots, [1] or ["a name"]',
                }
            end
            list[#list + 1], position = name, after
        end
        return list
    end

    local function full(root, path)
        if root == "" or path == "" then
            return root .. path
        end
        return path:sub(1, 1) == "[" and root .. path or root .. "." .. path
    end

    -- The value at `path`; where the payload has text or a number on the way, there is nothing.
    local function look(self, path)
        if not state[self] then
            core.raise { message = "map: the functions of a map are called with a colon", hint = 'write m:get("path"), not m.get("path")' }
        end
        local value = state[self].value
        for _, step in ipairs(steps(path)) do
            if type(value) ~= "table" then
                return nil
            end
            value = value[step]
        end
        if value == null then
            return nil
        end
        return value
    end

    local function fail(self, path, expected, value, hint)
        local where = full(state[self].root, path)
        local found = core.part("errors").describe(value)
        core.raise {
            message = ("%s should be %s, found %s"):format(where == "" and "the payload" or where, expected, found),
            path = where, expected = expected, found = found, hint = hint,
        }
    end

    local function blank(value)
        return value == nil or type(value) == "string" and core.part("unicode").trim(value) == ""
    end

    --- The value, or nil.
    function Map:get(path)
        return look(self, path)
    end

    --- The value as text without white space at the ends: text and numbers; nil for anything else, and for blank text.
    function Map:text(path)
        local value = look(self, path)
        if type(value) == "number" then
            return core.number_text(value)
        elseif type(value) ~= "string" then
            return nil
        end
        local text = core.part("unicode").trim(value)
        return text ~= "" and text or nil
    end

    --- The same, but an error where something stands there that is neither text nor a number: it was given, and cannot be read.
    function Map:optional(path)
        local value = look(self, path)
        local text = Map.text(self, path)
        if text == nil and not blank(value) then
            fail(self, path, "text or a number", value)
        end
        return text
    end

    --- Where the path leads from the payload's root.
    function Map:path(path)
        look(self, path)
        return full(state[self].root, path)
    end

    local kinds = {
        string = function(value) return type(value) == "string" end,
        number = function(value) return type(value) == "number" end,
        integer = function(value) return type(value) == "number" and math.tointeger(value) ~= nil end,
        boolean = function(value) return type(value) == "boolean" end,
        table = function(value) return type(value) == "table" end,
        list = function(value) return type(value) == "table" and (next(value) == nil or rawlen(value) > 0) end,
        email = function(value) return core.part("text").is_email(value) end,
    }

    --- The value; an error when it is missing, null or blank, or not of `kind`:
    --- string, number, integer, boolean, table, list or email.
    function Map:required(path, kind)
        local value = look(self, path)
        local fits = kind == nil or kinds[kind]
        if not fits then
            core.part("errors").unknown("map:required knows no kind", kind, kinds)
        end
        if blank(value) or fits ~= true and not fits(value) then
            fail(self, path, kind or "given", value)
        end
        return value
    end

    --- The value, or `value` where it is missing, null or blank.
    function Map:default(path, value)
        local found = look(self, path)
        if blank(found) then
            return value
        end
        return found
    end

    --- What the table `words` has for the word at the path, in whatever case it is written; another word is an error.
    function Map:one_of(path, words)
        core.check("map:one_of", "words", words, "table")
        local value = look(self, path)
        local meaning
        if value ~= nil then
            meaning = words[value]
        end
        if meaning == nil and value ~= nil then
            meaning = core.part("words").find(words, value)
        end
        if meaning == nil then
            local known = {}
            for word in pairs(words) do
                known[#known + 1] = tostring(word)
            end
            table.sort(known)
            local expected = "one of " .. table.concat(known, ", ")
            fail(self, path, expected, value, type(value) == "string" and value ~= "" and "the word is none of these; case does not count" or nil)
        end
        return meaning
    end

    local function wrap(value, root)
        local made = setmetatable({}, Meta)
        state[made] = { value = value, root = root }
        return made
    end

    --- A map of the part at the path, whose errors still name the path from the payload's root.
    function Map:at(path)
        return wrap(look(self, path), full(state[self].root, path))
    end

    local functions = {}
    Meta.__index = function(_, key)
        if not functions[key] then
            if Map[key] == nil then
                core.part("errors").unknown("map has no function", key, Map)
            end
            functions[key] = core.keep_line(Map[key])
        end
        return functions[key]
    end

    return core.keep_line(function(value)
        return wrap(value, "")
    end)
end
