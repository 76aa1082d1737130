-- Words from people, as settings and payloads write them: compared by one rule, `text.fold`. A number is its text.
return function(core)
    local words = {}

    --- The text that is compared; nil for what is no word.
    function words.folded(value)
        if type(value) == "number" then
            value = core.number_text(value)
        elseif type(value) == "boolean" then
            value = tostring(value)
        end
        local folded = type(value) == "string" and core.part("unicode").fold(value) or ""
        return folded ~= "" and folded or nil
    end

    --- Whether both are words, and the same one.
    function words.same(a, b)
        local folded = words.folded(a)
        return folded ~= nil and folded == words.folded(b)
    end

    --- What a table has for a word, and the key under which it stands: the same key first, then the one that means the same. Where several mean
    --- the same, the first in the order of the keys.
    function words.find(given, word)
        local exact = type(word) ~= "number" and given[word] or nil
        if exact ~= nil then
            return exact, word
        end
        local wanted, best = words.folded(word), nil
        for key in pairs(given) do
            if wanted and words.folded(key) == wanted and (best == nil or tostring(key) < tostring(best)) then
                best = key
            end
        end
        if best ~= nil then
            return given[best], best
        end
    end

    return words
end
