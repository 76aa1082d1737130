-- `ctx.secret.NAME`: a placeholder that stands for a value this process never has. It can be joined with text and put into
-- a request; everywhere else it shows as `secret:NAME`. What may be replaced is decided by the table `parts_of`, by
-- identity, so text that merely looks like a marker stays text.
return function(core)
    local host = core.host
    local parts_of = {}

    local function refuse(what)
        return function()
            core.raise {
                message = "a secret cannot be " .. what,
                hint = "scripts never see a secret's value; put the placeholder into ctx.http options or crypto.hmac",
            }
        end
    end
    local read, written, measured = refuse("read"), refuse("changed"), refuse("measured")
    local compared, called, computed = refuse("compared"), refuse("called"), refuse("used in arithmetic")

    local placeholder

    local function append(list, value)
        local parts = parts_of[value]
        if parts then
            for _, part in ipairs(parts) do
                list[#list + 1] = part
            end
        elseif type(value) == "string" or type(value) == "number" then
            list[#list + 1] = tostring(value)
        else
            core.part("errors").argument("joining a secret with ..", "the other side", "text", value)
        end
    end

    local function join(left, right)
        local parts = {}
        append(parts, left)
        append(parts, right)
        return placeholder(parts)
    end

    function placeholder(parts)
        local words = {}
        for index, part in ipairs(parts) do
            words[index] = type(part) == "table" and "secret:" .. part.secret or part
        end
        local marker = table.concat(words)
        local made = host.setmetatable({}, {
            __name = "secret",
            __metatable = false,
            __json = marker,
            __tostring = function() return marker end,
            __concat = join,
            __index = read, __newindex = written, __len = measured, __lt = compared, __le = compared, __call = called,
            __add = computed, __sub = computed, __mul = computed, __div = computed, __mod = computed, __unm = computed,
            __idiv = computed, __pow = computed, __band = computed, __bor = computed, __bxor = computed, __bnot = computed,
            __shl = computed, __shr = computed,
        })
        parts_of[made] = parts
        return made
    end

    local known, made = {}, {}
    for _, name in ipairs(core.secret_names) do
        known[name] = true
    end
    local names = core.closed("ctx.secret", function(name)
        if known[name] and not made[name] then
            made[name] = placeholder { { secret = name } }
        end
        return made[name]
    end, known)

    core.secrets_used = true
    return { member = names, parts_of = parts_of }
end
