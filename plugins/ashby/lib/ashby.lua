-- Ashby's API: every call is a POST, and an error may come as HTTP 200 with success = false.
local screening = require "screening"
local ashby = {}

--- Calls a method of the API. → the answer, or nil and Ashby's reason. Ends the run where there is no usable answer.
function ashby.call(ctx, method, body)
    local reply = ctx.http.post(ctx.settings.base_url:gsub("/$", "") .. "/" .. method, {
        auth = { basic = { ctx.secret.api_key, "" } },
        json = body,
    })
    screening.answered(ctx, reply, "Ashby", "check the secret api_key and its permissions")
    local status, answer = reply.status, reply.json
    if type(answer) == "table" and answer.success == false then
        return nil, screening.reason(reply)
    elseif status < 200 or status >= 300 then
        ctx.park(("Ashby was not told: it answered %d to %s: %s"):format(status, method, screening.reason(reply)))
    elseif type(answer) ~= "table" or answer.success ~= true then
        ctx.park("Ashby answered " .. status .. " without saying that it succeeded: check the setting base_url")
    end
    return answer
end

--- Calls a method whose failure a person must look at.
function ashby.must(ctx, method, body)
    local answer, problem = ashby.call(ctx, method, body)
    if not answer then
        ctx.park("Ashby was not told: it refused " .. method .. ": " .. problem)
    end
    return answer
end

--- Leaves a note on the candidate.
function ashby.note(ctx, candidate_id, text)
    ashby.must(ctx, "candidate.createNote", { candidateId = candidate_id, note = text })
end

--- Where an order stands, as Ashby's status shows it. "Started" is Ashby's own word: it stamps the time at which the
--- assessment began.
function ashby.word(order, settings)
    return screening.word(screening.words { requested = "Started", completed_clear = "Complete: clear" }, order, settings)
end

return ashby
