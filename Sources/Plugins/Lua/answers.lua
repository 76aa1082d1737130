-- What an ATS answered, and what that means for the run: the reason it gave, in whatever shape, and how the run ends. Part of `screening`.
return function(core)
    local unicode = core.part("unicode")
    local answers = {}

    local few, longest = 3, 200

    -- One line without control characters, cut where it is long.
    local function line(value)
        local text = unicode.tidy((value:gsub("%c", " ")))
        if #text > longest then
            text = text:sub(1, (utf8.offset(text, 0, longest) or longest + 1) - 1) .. "…"
        end
        return text
    end

    local collect

    -- The first of the members that says something.
    local function first_of(list, value, members, depth)
        for _, name in ipairs(members) do
            local before = #list
            collect(list, rawget(value, name), depth + 1)
            if #list > before then
                return true
            end
        end
        return false
    end

    local saying = { "message", "detail", "description", "error_description", "errorMessage", "reason", "title", "msg", "text", "code", "error_code" }
    local plural = { "errors", "invalid-params", "violations" }
    local holding = {
        "errors", "error", "fault", "faults", "messages", "invalid-params", "violations", "issues", "details", "errorInfo", "error_info", "problem",
        "data", "meta",
    }

    -- Collects what a value says was wrong: text; a list; an object that has a message, that holds errors, or whose members are fields.
    function collect(list, value, depth)
        if #list >= few or depth > 5 then
            return
        elseif type(value) == "string" or type(value) == "number" then
            local text = line(type(value) == "number" and core.number_text(value) or value)
            if text ~= "" and not text:find("^<") then
                list[#list + 1] = text
            end
        elseif type(value) ~= "table" then
            return
        elseif #value > 0 then
            for _, item in ipairs(value) do
                collect(list, item, depth + 1)
            end
        else
            local where = rawget(value, "field") or rawget(value, "path") or rawget(value, "name")
            local before = #list
            -- Errors in the plural say more than the sentence that stands beside them.
            for _, members in ipairs { depth == 0 and plural or {}, saying, holding } do
                if first_of(list, value, members, depth) then
                    break
                end
            end
            if #list == before + 1 and type(where) == "string" and where ~= "" and not list[#list]:find(where, 1, true) then
                list[#list] = line(where) .. ": " .. list[#list]
            elseif #list == before and depth > 0 then
                for field, member in pairs(value) do -- field → what is wrong with it
                    local count = #list
                    if type(field) == "string" and type(member) ~= "boolean" then
                        collect(list, member, depth + 1)
                    end
                    if #list > count then
                        list[count + 1] = line(field) .. ": " .. list[count + 1]
                    end
                end
            end
        end
    end

    --- What the answer says was wrong, in a line; "no reason given" where it says nothing, or is a page for people.
    function answers.reason(reply)
        core.check("screening.reason", "reply", reply, "table")
        local list, body = {}, reply.json
        if type(body) == "table" then
            collect(list, body, 0)
        elseif type(body) == "string" then
            collect(list, body, 0)
        elseif type(reply.body) == "string" and #reply.body <= longest and utf8.len(reply.body) and not reply.body:find("[<{%[]") then
            collect(list, reply.body, 0) -- a line of plain text
        end
        return #list > 0 and table.concat(list, "; ") or "no reason given"
    end

    --- Ends the run unless the ATS took what it was sent. What passes by itself is tried again; everything else waits for a person, who reads that
    --- the ATS was not told, and why. `told`: `name` of the ATS, `thing` that was written to, `look_at` where a key is rejected, `wait` in seconds.
    function answers.told(ctx, reply, told)
        local status = reply.status
        if status >= 200 and status < 300 then
            return reply
        elseif status == 429 then
            local after = core.part("screening").retry_after(reply) or told.wait
            ctx.retry { after = after, reason = told.name .. " answered 429" }
        end
        core.part("screening").answered(ctx, reply, told.name, told.look_at)
        local reason = answers.reason(reply)
        if status == 404 or status == 410 then
            ctx.park(("%s was not told: it does not find %s (%d: %s)"):format(told.name, told.thing, status, reason))
        end
        ctx.park(("%s was not told: it answered %d: %s"):format(told.name, status, reason))
    end

    --- Ends an attempt that read something and cannot tell what the answer means: looked at again a few times, then by a person.
    function answers.unclear(ctx, name, why)
        local reason = name .. " " .. why
        if ctx.run.attempt < 5 then
            ctx.retry { after = 60 * ctx.run.attempt, reason = reason }
        end
        ctx.park(reason)
    end

    -- What was delivered -----------------------------------------------------------------------------------------------

    --- Ends the run: what the ATS sent cannot be read. Whoever waits for an answer gets it; else a person looks at it.
    function answers.unreadable(ctx, message)
        if core.is_route then
            ctx.reject(message)
        end
        ctx.park(message)
    end

    local function wrong(ctx, payload, path, expected, value)
        answers.unreadable(ctx, ("%s should be %s, found %s"):format(payload:path(path), expected, core.part("errors").describe(value)))
    end

    --- → a map of the delivery's body. Ends the run where the body is no JSON object.
    function answers.payload(ctx, delivery)
        local body = delivery.body
        if type(body) ~= "table" or rawlen(body) > 0 then
            local found = body == nil and (delivery.raw == "" and "nothing" or "text that is no JSON") or core.part("errors").describe(body)
            answers.unreadable(ctx, "The body should be a JSON object, found " .. found)
        end
        return core.part("map")(body)
    end

    --- → the text or number at the path as text, nil where there is nothing. Ends the run where something else stands there.
    function answers.given(ctx, payload, path)
        local text, value = payload:text(path), payload:get(path)
        if not text and value ~= nil and type(value) ~= "string" then
            wrong(ctx, payload, path, "text", value)
        end
        return text
    end

    --- The same; ends the run where there is nothing.
    function answers.needed(ctx, payload, path)
        local text = answers.given(ctx, payload, path)
        if not text then
            wrong(ctx, payload, path, "text", payload:get(path))
        end
        return text
    end

    --- → the identifier at the path. Ends the run where there is none that can stand in a URL.
    function answers.needed_id(ctx, payload, path)
        local id = core.part("screening").id(answers.needed(ctx, payload, path))
        if not id then
            wrong(ctx, payload, path, "an identifier of letters, digits, - and _", payload:get(path))
        end
        return id
    end

    --- → the text at the path, which must be one of the words. Ends the run where it is none of them.
    function answers.needed_word(ctx, payload, path, known)
        local text = answers.needed(ctx, payload, path)
        for _, word in ipairs(known) do
            if core.part("words").same(text, word) then
                return word
            end
        end
        answers.unreadable(ctx, ("%s should be one of %s, found '%s'"):format(payload:path(path), table.concat(known, ", "), text:sub(1, 60)))
    end

    return answers
end
