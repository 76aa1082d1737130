-- Ashby's API: every call is a POST, and an error may come as HTTP 200 with success = false.
local screening = require "screening"
local ashby = {}

-- What Ashby says was wrong, short enough for a reason.
local function errors_of(reply)
    local words = {}
    for index, word in ipairs(type(reply.errors) == "table" and reply.errors or {}) do
        if index <= 3 and type(word) == "string" then
            words[#words + 1] = word:sub(1, 100)
        end
    end
    return #words > 0 and table.concat(words, ", ") or "no reason given"
end

--- Calls a method of the API. → the answer, or nil and Ashby's reason. Ends the run where there is no usable answer.
function ashby.call(ctx, method, body)
    local reply = ctx.http.post(ctx.settings.base_url:gsub("/$", "") .. "/" .. method, {
        auth = { basic = { ctx.secret.api_key, "" } },
        json = body,
    })
    local status, answer = reply.status, reply.json
    if status == 408 or status == 429 or status >= 500 then
        ctx.retry { after = screening.retry_after(reply), reason = "Ashby answered " .. status }
    elseif status == 401 or status == 403 then
        ctx.park("Ashby did not accept our key (" .. status .. "): check the secret api_key and its permissions")
    elseif type(answer) == "table" and answer.success == false then
        return nil, errors_of(answer)
    elseif status < 200 or status >= 300 then
        ctx.park("Ashby answered " .. status)
    elseif type(answer) ~= "table" or answer.success ~= true then
        ctx.park("Ashby answered " .. status .. " without saying that it succeeded: check the setting base_url")
    end
    return answer
end

--- Calls a method whose failure a person must look at.
function ashby.must(ctx, method, body)
    local answer, problem = ashby.call(ctx, method, body)
    if not answer then
        ctx.park("Ashby refused " .. method .. ": " .. problem)
    end
    return answer
end

--- Leaves a note on the candidate.
function ashby.note(ctx, candidate_id, text)
    ashby.must(ctx, "candidate.createNote", { candidateId = candidate_id, note = text })
end

return ashby
