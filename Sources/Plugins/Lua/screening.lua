-- The module `screening`: what is the same in whatever ATS a screening starts: which package, placing and cancelling the order, its
-- state in words.
return function(core)
    local text = core.part("text")
    local screening = {}

    --- The text if it can stand in a URL's path as an identifier, else nil. A whole number is its text.
    function screening.id(value)
        if math.type(value) == "integer" then
            return tostring(value)
        end
        return type(value) == "string" and #value <= 120 and value:match("^[%w_-]+$") or nil
    end

    --- Whether any of the values is in the list. Capitals do not count.
    function screening.listed(list, ...)
        for index = 1, select("#", ...) do
            local value = select(index, ...)
            for _, wanted in ipairs(list or {}) do
                if value ~= nil and text.lower(tostring(value)) == text.lower(tostring(wanted)) then
                    return true
                end
            end
        end
        return false
    end

    --- → the package, or nil and why not. `chosen` is what a person chose for this candidate, or nil; `words` are names of the
    --- job and its department, the most particular first.
    function screening.package(settings, chosen, words)
        local packages = settings.packages or {}
        if chosen ~= nil then
            chosen = tostring(chosen)
            local known = not settings.packages or chosen == settings.default_package
            for _, id in pairs(packages) do
                known = known or id == chosen
            end
            local package = packages[chosen] or known and chosen or nil
            return package, not package and "The package " .. chosen:sub(1, 100) .. " is not known here." or nil
        end
        for _, word in ipairs(words) do
            if packages[word] then
                return packages[word]
            end
        end
        return settings.default_package, not settings.default_package and "No package is set for this job." or nil
    end

    --- The candidate of an order. A name in one piece is split; a telephone number that cannot be completed is left out; everything else stays.
    function screening.candidate(ctx, given)
        local first, last = given.first_name, given.last_name
        if given.name and not (first and last) then
            local split_first, split_last = text.split_name(given.name)
            first, last = first or split_first, last or split_last
        end
        local phone = text.phone_e164(given.phone, given.country or ctx.settings.phone_country)
        if given.phone and not phone then
            ctx.log.info("the telephone number was left out: its country is not known, or it has too few digits")
        end
        local candidate = {}
        for field, value in pairs(given) do
            candidate[field] = value
        end
        candidate.name = nil
        candidate.first_name, candidate.last_name, candidate.phone = first, last, phone
        return candidate
    end

    -- What of a request comes from the ATS, and can be mended there. The account is the settings' matter.
    local mended_there = { candidate = true, external_id = true, package = true, metadata = true }

    --- → the order, or nil and what is wrong with what the ATS sent. Other errors stay errors.
    function screening.place(ctx, request)
        local placed, result = pcall(ctx.orders.place, request)
        if placed then
            return result
        elseif type(result) == "table" and type(result.path) == "string" and mended_there[result.path:match("^[%w_]+")] then
            return nil, result.message
        end
        error(result, 0)
    end

    --- The seconds that an answer asks to wait, for `ctx.retry`; nil where it does not say, or says what is no waiting time.
    function screening.retry_after(reply)
        local seconds = tonumber(reply.headers["retry-after"])
        return seconds and seconds >= 0 and seconds <= 30 * 86400 and seconds or nil
    end

    local ended = { completed = true, reviewed = true, cancelled = true, refused = true, failed = true }

    --- Cancels the order of a candidate who is withdrawn. → the order, and what the ATS must be told when it goes on.
    function screening.cancel(ctx, external_id)
        local order = ctx.orders.find { external_id = external_id }
        if not order then
            ctx.skip("there is no order to cancel")
        elseif ended[order.state] then
            ctx.skip("the order has ended already")
        end
        local answer = ctx.orders.cancel(order.id, "withdrawn in the ATS")
        if answer.cancelled then
            return order
        elseif answer.reason == "too_late" then
            return order, "It is too late to cancel the screening: it goes on at the provider."
        end
        return order, "The provider takes no cancellation from here: cancel the screening at the provider."
    end

    local finished = { completed = true, reviewed = true }

    --- Whether the order is finished with an outcome that Fairlead understood. A word that nobody knows is not a result.
    function screening.has_result(order)
        local code = order.problem and order.problem.code or ""
        return finished[order.state] == true and not code:find("^unrecognised")
    end

    --- The ATS's word for where an order stands: by state and outcome, else by state. The setting `words` goes first.
    function screening.word(words, order, settings)
        local own, exact = settings.words or {}, order.state .. "_" .. (order.outcome or "none")
        if finished[order.state] and not screening.has_result(order) then
            return own.unknown or words.unknown
        end
        return own[exact] or own[order.state] or words[exact] or words[order.state] or words.unknown
    end

    --- What a person reads in the ATS.
    function screening.note(order, word)
        local lines = { "Screening: " .. word .. "." }
        if order.problem and order.problem.message then
            lines[#lines + 1] = order.problem.message
        end
        for _, check in ipairs(order.checks or {}) do
            lines[#lines + 1] = ("- %s: %s"):format(check.name or check.type or "Check", check.status or "pending")
        end
        if order.report_url then
            lines[#lines + 1] = "Report: " .. order.report_url
        end
        return table.concat(lines, "\n")
    end

    return screening
end
