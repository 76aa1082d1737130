-- HTTP header fields given by scripts: names in lower case, values of one line.
return function(core)
    local headers = {}

    -- Those that say where a request goes, where its body ends, or which answers can be read are the host's to write.
    local reserved = {
        ["accept-encoding"] = true, connection = true, ["content-length"] = true, expect = true, host = true, ["keep-alive"] = true, te = true,
        trailer = true, ["transfer-encoding"] = true, upgrade = true,
    }

    -- Of all headers together: more is taken by few clients.
    local limit = 16384

    --- The name in lower case; raises when it is not a header's name, or is reserved.
    function headers.name(call, name)
        if type(name) ~= "string" or not name:find("^[%w!#$%%&'*+%-.^_`|~]+$") then
            core.part("errors").argument(call, "headers: the name", "letters, digits and -", name)
        end
        local lower = name:lower()
        if reserved[lower] then
            core.raise { message = ("%s: the header %s is written by the host"):format(call, lower), path = "headers." .. lower }
        end
        return lower
    end

    --- The value as text; raises when it is not text of one line or a number.
    function headers.value(call, name, value)
        if type(value) == "number" then
            value = value == value and math.abs(value) ~= math.huge and core.number_text(value) or tostring(value)
        end
        core.check(call, "headers." .. name, value, "string")
        if value:find("[%z\1-\8\10-\31\127]") then
            core.raise {
                message = ("%s: the header %s holds a line break or another control character"):format(call, name),
                path = "headers." .. name, expected = "text of one line",
            }
        end
        return value
    end

    --- Every header of a table, checked, with lower-case names.
    function headers.plain(call, given)
        core.check(call, "headers", given, "table")
        local checked, size = {}, 0
        for name, value in pairs(given) do
            local lower = headers.name(call, name)
            checked[lower] = headers.value(call, lower, value)
            size = size + #lower + #checked[lower] + 4
        end
        if size > limit then
            core.raise { message = ("%s: the headers are longer than %d bytes"):format(call, limit), path = "headers" }
        end
        return checked
    end

    return headers
end
