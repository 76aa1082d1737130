-- The module `screening`: what is the same in whatever ATS a screening starts: which packages, placing and cancelling the order, its
-- state in words, and what an answer of the ATS means for the run.
return function(core)
    local answers, text, unicode, rule = core.part("answers"), core.part("text"), core.part("unicode"), core.part("words")
    local screening = {
        reason = answers.reason, told = answers.told, unclear = answers.unclear, unreadable = answers.unreadable, payload = answers.payload,
        given = answers.given, needed = answers.needed, needed_id = answers.needed_id, needed_word = answers.needed_word, same = rule.same,
    }

    --- The text if it can stand in a URL's path as an identifier, else nil. A whole number is its plain decimal text.
    function screening.id(value)
        if core.is_whole(value) then
            return core.number_text(value)
        end
        return type(value) == "string" and #value <= 120 and value:match("^[%w_-]+$") or nil
    end

    --- Whether any of the values is in the list, by the rule of `text.fold`.
    function screening.listed(list, ...)
        for index = 1, select("#", ...) do
            local value = select(index, ...)
            for _, wanted in ipairs(list or {}) do
                if rule.same(value, wanted) then
                    return true
                end
            end
        end
        return false
    end

    --- What a table of settings has for a word of a person, and the key under which it stands, by the rule of `text.fold`; nil where nothing.
    function screening.find(given, word)
        if given == nil or word == nil then
            return nil
        end
        return rule.find(given, word)
    end

    --- The packages to offer in the ATS, each its `id` and `name` as text: those of the setting `packages`, else all of the account's.
    function screening.offered(ctx)
        local list = {}
        local function offer(id, name)
            id = type(id) == "number" and core.number_text(id) or tostring(id)
            list[#list + 1] = { id = id, name = tostring(name or id) }
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

    --- → the package, or nil and why not. `chosen` is what a person chose for this candidate, or nil; `candidates` are names of the
    --- job and its department, the most particular first. What was chosen is never replaced by the default.
    function screening.package(settings, chosen, candidates)
        local packages = settings.packages or {}
        chosen = type(chosen) == "number" and core.number_text(chosen) or chosen
        if chosen ~= nil and unicode.trim(tostring(chosen)) ~= "" then
            chosen = unicode.trim(tostring(chosen))
            local package = rule.find(packages, chosen)
            if not package and rule.same(chosen, settings.default_package) then
                package = settings.default_package
            end
            for _, id in pairs(package and {} or packages) do
                package = package or rule.same(id, chosen) and id or nil
            end
            package = package or not settings.packages and chosen or nil
            return package, not package and "The package " .. chosen:sub(1, 100) .. " is not known here." or nil
        end
        for _, word in ipairs(candidates) do
            local package = rule.find(packages, word)
            if package then
                return package
            end
        end
        return settings.default_package, not settings.default_package and "No package is set for this job." or nil
    end

    -- What is to be said of a candidate whose name could not be split, by the candidate.
    local doubts = {}

    local function name_part(value)
        if type(value) ~= "string" or unicode.trim(value) == "" then
            return value ~= "" and value or nil
        end
        return core.part("names").part(value)
    end

    -- The number in E.164, or nil; the log says what was left out.
    local function phone_of(ctx, given, country)
        local written = type(given.phone) == "number" and core.number_text(given.phone) or given.phone
        if type(written) ~= "string" or unicode.trim(written) == "" then
            return nil
        end
        local number, why, extension = core.part("phone").e164(written, country)
        if not number then
            ctx.log.info("the telephone number was left out: " .. why)
        elseif extension then
            ctx.log.info("the extension of the telephone number was left out")
        end
        return number
    end

    --- The candidate of an order. A name in one piece is split; where it cannot be told how, `place` says so. A telephone number that cannot be
    --- completed is left out; everything else stays.
    function screening.candidate(ctx, given)
        local candidate, doubt = {}, nil
        for field, value in pairs(given) do
            candidate[field] = value
        end
        local first, last = name_part(given.first_name), name_part(given.last_name)
        if type(given.name) == "string" and not (first and last) then
            local split_first, split_last, why = text.split_name(given.name)
            if split_first and not split_last then
                why = "it has one part only"
            end
            first, last = first or split_first, last or split_last
            if why and not (first and last) then
                doubt = "The candidate's name cannot be split into first and last name: " .. why .. "."
            end
        end
        local country = type(given.country) == "string" and text.trim(given.country):upper() or nil
        local is_code = country and country:find("^%a%a$")
        if country and country ~= "" and not is_code then
            ctx.log.info("the country was left out: it is not a code of two letters")
        end
        candidate.name, candidate.country = nil, is_code and country or nil
        candidate.first_name, candidate.last_name = first, last
        candidate.email = type(given.email) == "string" and text.email(given.email) or given.email
        -- Where a country is named that nobody understood, the usual one would be a guess.
        candidate.phone = phone_of(ctx, given, is_code and country or (country == nil or country == "") and ctx.settings.phone_country or nil)
        doubts[candidate] = doubt
        return candidate, doubt
    end

    -- What of a request comes from the ATS, and can be mended there. The account is the settings' matter.
    local mended_there = { candidate = true, external_id = true, package = true, metadata = true }

    --- → the order, or nil and what is wrong with what the ATS sent. Other errors stay errors.
    function screening.place(ctx, request)
        if doubts[request.candidate] then
            return nil, doubts[request.candidate]
        end
        local placed, result = pcall(ctx.orders.place, request)
        if placed then
            return result
        elseif type(result) == "table" and type(result.path) == "string" and mended_there[result.path:match("^[%w_]+")] then
            return nil, result.message
        end
        error(result, 0)
    end

    local gone = { cancelled = "was cancelled", refused = "was refused by the provider", failed = "could not be ordered" }

    --- Why an order that is there means that nothing was ordered now: it ended without a result, and what asks is not newer than that, or the
    --- provider may have it all the same. Nil for one that was just placed, that goes on, or that has its result.
    function screening.not_ordered(order)
        if order.created or not gone[order.state] then
            return nil
        end
        local reason = order.problem and order.problem.message
        return "The screening " .. gone[order.state] .. (reason and " (" .. reason .. ")" or "") .. ", and no new one was ordered."
    end

    --- Places an order, anew where an earlier one of the same external_id ended without a result before this event. → the order, or nil and what is
    --- wrong.
    function screening.order(ctx, request)
        request.reorder = true
        local order, problem = screening.place(ctx, request)
        if not order then
            return nil, problem
        end
        local why = screening.not_ordered(order)
        if why then
            return nil, why
        end
        return order
    end

    --- Starts the screening of a candidate; one that ended without a result before this event is ordered anew. → the order, or nil and what a person
    --- can mend in the ATS. `asked.chosen` and `asked.words` choose
    --- the package; `asked.without_email` tells that person what to do about a missing e-mail address.
    function screening.start(ctx, asked)
        -- So that a delivery that comes to nothing is found by whom it was about.
        core.host.note("subject", { external_id = asked.external_id, candidate = asked.candidate })
        if not asked.candidate.email then
            return nil, "The candidate has no e-mail address." .. (asked.without_email and " " .. asked.without_email or "")
        end
        local package, problem = screening.package(ctx.settings, asked.chosen, asked.words or {})
        if not package then
            return nil, problem
        end
        return screening.order(ctx, {
            external_id = asked.external_id,
            package = package,
            candidate = screening.candidate(ctx, asked.candidate),
            metadata = asked.metadata,
            present = asked.present,
        })
    end

    --- What an answer says about how long to wait, for `ctx.retry`: its header as it stands; nil where there is none. The host reads it.
    function screening.retry_after(reply)
        return reply.headers["retry-after"]
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
        local order = ctx.orders.withdraw { external_id = external_id }
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

    --- The ATS's word for where an order stands: by state and outcome, else by state, else the word for `unknown`. The setting `words` goes first,
    --- and where nothing is given the usual words stand in. Never nil.
    function screening.word(given, order, settings)
        core.check("screening.word", "words", given, "table")
        local state = core.check("screening.word", "order.state", core.check("screening.word", "order", order, "table").state, "text")
        local own, exact = (settings or {}).words or {}, state .. "_" .. (order.outcome or "none")
        if finished[state] and not screening.has_result(order) then
            return own.unknown or given.unknown or usual.unknown
        end
        for _, list in ipairs { own, given, { unknown = own.unknown or given.unknown }, usual } do
            local word = list[exact] or list[state]
            if word then
                return word
            end
        end
        return own.unknown or given.unknown or usual.unknown
    end

    --- What a person reads in the ATS. Without a word, the usual one.
    function screening.note(order, word)
        core.check("screening.note", "order", order, "table")
        word = core.check_optional("screening.note", "word", word, "text") or screening.word(usual, order, {})
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
