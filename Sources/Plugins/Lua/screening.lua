-- The module `screening`: what is the same in whatever ATS a screening starts: which packages, placing and cancelling the order, its
-- state in words, and what an answer of the ATS means for the run.
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

    --- The packages to offer in the ATS, each its `id` and `name` as text: those of the setting `packages`, else all of the account's.
    function screening.offered(ctx)
        local list = {}
        local function offer(id, name)
            list[#list + 1] = { id = tostring(id), name = tostring(name or id) }
        end
        if ctx.settings.packages then
            for name, id in pairs(ctx.settings.packages) do
                offer(id, name)
            end
        else
            for _, package in ipairs(ctx.packages() or {}) do
                offer(package.id, package.name)
            end
        end
        return list
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

    --- Starts the screening of a candidate. → the order, or nil and what a person can mend in the ATS. `asked.chosen` and `asked.words` choose
    --- the package; `asked.without_email` tells that person what to do about a missing e-mail address.
    function screening.start(ctx, asked)
        if not asked.candidate.email then
            return nil, "The candidate has no e-mail address." .. (asked.without_email and " " .. asked.without_email or "")
        end
        local package, problem = screening.package(ctx.settings, asked.chosen, asked.words or {})
        if not package then
            return nil, problem
        end
        return screening.place(ctx, {
            external_id = asked.external_id,
            package = package,
            candidate = screening.candidate(ctx, asked.candidate),
            metadata = asked.metadata,
        })
    end

    --- The seconds that an answer asks to wait, for `ctx.retry`; nil where it does not say, or says what is no waiting time.
    function screening.retry_after(reply)
        local seconds = tonumber(reply.headers["retry-after"])
        return seconds and seconds >= 0 and seconds <= 30 * 86400 and seconds or nil
    end

    --- Ends the run where the ATS did not deal with a call: what passes by itself (408, 429, 5xx) is tried again, and a key that it rejects
    --- (401, 403) waits for a person, who is told what to look at. Other answers are the caller's, and these two where nothing is to be told.
    function screening.answered(ctx, reply, name, look_at)
        local status = reply.status
        if status == 408 or status == 429 or status >= 500 then
            ctx.retry { after = screening.retry_after(reply), reason = name .. " answered " .. status }
        elseif look_at and (status == 401 or status == 403) then
            ctx.park(name .. " did not accept our key (" .. status .. "): " .. look_at)
        end
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

    -- Every state of an order in plain words. `STATE_OUTCOME` goes before `STATE`.
    local usual = {
        accepted = "Ordered",
        submitting = "Ordered",
        uncertain = "Waiting for the screening team",
        requested = "Invitation sent",
        awaiting_candidate = "Waiting for the candidate",
        in_progress = "In progress",
        paused = "Paused",
        attention_needed = "Needs attention",
        ready_for_review = "Ready for review",
        completed = "Complete",
        completed_clear = "Clear",
        completed_consider = "Complete: consider",
        completed_refer = "Complete: refer",
        reviewed = "Reviewed",
        reviewed_clear = "Reviewed: clear",
        reviewed_consider = "Reviewed: consider",
        reviewed_refer = "Reviewed: refer",
        cancelled = "Cancelled",
        refused = "Refused by the provider",
        failed = "Failed",
        unknown = "Pending",
    }

    --- The usual words, for `screening.word`, with those of `changes` in place of some.
    function screening.words(changes)
        local words = {}
        for _, list in ipairs { usual, changes } do
            for state, word in pairs(list) do
                words[state] = word
            end
        end
        return words
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
