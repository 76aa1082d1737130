-- Names that stand in one piece: which part is the first name, which the last, and what is no name. Where that cannot be told, it says so.
return function(core)
    local unicode = core.part("unicode")
    local names = {}

    local function set(words)
        local members = {}
        for word in words:gmatch("%S+") do
            members[word] = true
        end
        return members
    end

    -- Compared in small letters, without full stops.
    local titles = set [[
        mr mrs ms miss mx dr prof professor sir dame rev reverend hon herr frau fräulein mme mlle monsieur madame señor señora srta sra sig dott
        dhr mevr mw ing dipl-ing doctor
    ]]
    local generations = set "jr jnr junior sr snr senior ii iii iv"
    -- What stands behind a name and is none. Some of these are names too: behind one word alone, or in capitals without a comma, they are in doubt.
    local letters = set [[
        rn bsn msn np fnp lpn lvn crna rnc phd dphil mba md dds dmd dvm pharmd jd esq esquire cpa cfa pmp cissp cphr phr sphr shrm-cp shrm-scp
        llb llm msc bsc meng beng mphil mpa mph msw lcsw lmft lpc ccc-slp otr otd dpt pt-dpt ba bs ma ms do pa pa-c ra od dc
        phd-c edd psyd frcp mrcp mrcs frcs rgn obe mbe cbe kbe qc kc facp faap facs faan acca aca fcca chrp cpc ret
    ]]
    local also_names = set "ba bs ma ms do pa ra od dc md jd np ret mba"
    -- Without a comma only these are surely none.
    local surely = set "jr jnr sr snr ii iii iv phd dphil esq md mba rn dds dvm pharmd cpa"
    local particles = set [[
        de da do dos das del della dello degli di du des la le las los lo van von vom zu zum zur der den dem ter ten te 't af av bin binti binte
        bint ibn ben abu abd al el ul st st. saint san santa mac mc ó ní nic mhic o' o’ d' d’ l' l’ y.
    ]]
    -- Capitalised they are names of their own as well.
    local doubtful_particles = set "do o"
    local conjunctions = set "y e i und"

    local function key(word)
        return (unicode.lower(word):gsub("%.", ""))
    end

    local function is_title(word)
        return titles[key(word)] == true
    end

    local function is_letters(word)
        local plain = key(word)
        return generations[plain] or letters[plain] or false
    end

    local function words_of(value)
        local words = {}
        for word in value:gmatch("[^ ]+") do
            words[#words + 1] = word
        end
        return words
    end

    -- Pronouns: "(she/her)", "[they / them]", "- he/him".
    local pronoun = set "she her hers he him his they them theirs ze zir hir xe xem ey em any all pronouns sie ihr er ihm elle il lui"

    local function are_pronouns(value, alone)
        local count, slash = 0, alone or value:find("[/|]")
        for word in unicode.lower(value):gmatch("[^/|%s,;]+") do
            if not pronoun[word] then
                return false
            end
            count = count + 1
        end
        return slash and count > 0
    end

    --- → the name without pronouns, or nil where something else stands in brackets.
    local function without_pronouns(value)
        local odd = false
        local function inside(text)
            odd = odd or not are_pronouns(text, true)
            return " "
        end
        value = value:gsub("%b()", function(text) return inside(text:sub(2, -2)) end):gsub("%b[]", function(text) return inside(text:sub(2, -2)) end)
        local rest, behind = value:match("^(.-)[%s,%-–—]+(%S+%s*/%s*%S+)%s*$")
        if behind and are_pronouns(behind) then
            value = rest
        end
        if odd or value:find("[()%[%]{}\"“”<>/|;]") then
            return nil
        end
        return unicode.tidy(value, true)
    end

    -- Commas and brackets of East Asian keyboards.
    local function plain_marks(value)
        return (value:gsub("，", ","):gsub("、", ","):gsub("（", "("):gsub("）", ")"))
    end

    -- Drops what is no name at both ends of a piece without commas. → its words, and whether what was dropped is in doubt.
    local function trimmed(words)
        local kept, doubt = table.move(words, 1, #words, 1, {}), false
        while #kept > 0 and is_title(kept[1]) do
            table.remove(kept, 1)
        end
        while #kept > 1 do
            local word = kept[#kept]
            local plain = key(word)
            if surely[plain] and (generations[plain] or word:find(".", 1, true) or word == word:upper() or plain == "phd") then
                kept[#kept] = nil
            elseif is_letters(word) and word == word:upper() and #kept > 2 and #plain > 1 then
                doubt = true -- "Ana Roe MA": a degree, or a name in capitals
                break
            else
                break
            end
        end
        return kept, doubt
    end

    local function is_particle(word)
        local plain = unicode.lower(word)
        return particles[plain] == true, word ~= plain
    end

    -- Words without commas. → first, last, or nil, nil and why not.
    local function split(words)
        if #words == 0 then
            return nil
        elseif #words == 1 then
            return words[1], nil
        end
        local start = #words
        while start > 2 do
            local word = words[start - 1]
            local found, capital = is_particle(word)
            if doubtful_particles[unicode.lower(word)] and capital then
                return nil, nil, ("it cannot be told whether '%s' is part of the last name"):format(word)
            elseif found then
                start = start - 1
            elseif conjunctions[word] and start > 3 then
                start = start - 2 -- "Ortega y Gasset" is one name
            else
                break
            end
        end
        local found, capital = is_particle(words[1])
        if found and not capital then
            return nil, nil, "it has no first name"
        end
        return table.concat(words, " ", 1, start - 1), table.concat(words, " ", start)
    end

    -- Whether every word of a piece is a title behind the name, and whether any of them may be a name as well.
    local function only_letters(piece)
        local doubt = false
        local words = words_of(piece)
        for _, word in ipairs(words) do
            if not (is_letters(word) or is_title(word)) then
                return false
            end
            doubt = doubt or also_names[key(word)] == true
        end
        return #words > 0, doubt
    end

    -- "XYZ" or "F.A.C.H.E." behind a name that is not in capitals itself: more likely letters behind a name than a name.
    local function looks_like_letters(piece, name)
        return name ~= name:upper() and not piece:find(" ") and #piece <= 8 and piece == piece:upper() and piece:find("%u%.?%-?%u") ~= nil
    end

    --- → first name (with middle names), last name; one name alone has no last name (nil). Where it cannot be told: nil, nil and why not.
    function names.split(full)
        local whole = plain_marks(unicode.nfc(unicode.tidy(full, true)))
        local value = without_pronouns(whole)
        if not value then
            return nil, nil, "something stands in brackets, quotation marks or behind a slash"
        end
        local pieces, behind, doubt = {}, false, false
        for piece in (value .. ","):gmatch("([^,]*),") do
            piece = unicode.tidy(piece, true)
            local is_behind, may_be_name = only_letters(piece)
            if is_behind and #pieces > 0 then
                behind, doubt = true, doubt or may_be_name
            elseif piece ~= "" then
                pieces[#pieces + 1] = piece
            end
        end
        if #pieces == 0 then
            return nil
        elseif #pieces > 2 then
            return nil, nil, "it has several commas"
        elseif #pieces == 1 then
            local words, unsure = trimmed(words_of(pieces[1]))
            if unsure or behind and doubt and #words == 1 then
                return nil, nil, "it cannot be told whether letters in it are a name or stand behind one"
            end
            return split(words)
        end
        local last, first = trimmed(words_of(pieces[1])), trimmed(words_of(pieces[2]))
        if #first == 0 or #last == 0 then
            return table.concat(#first == 0 and last or first, " "), nil
        elseif looks_like_letters(pieces[2], pieces[1]) then
            return nil, nil, "it cannot be told whether what stands behind the comma is a name"
        end
        return table.concat(first, " "), table.concat(last, " ")
    end

    --- A first or last name that came as a field of its own, without what is no name; as it was where that would leave nothing.
    function names.part(value)
        local whole = unicode.nfc(unicode.tidy(value, true))
        local name = without_pronouns(whole) or whole
        local before, behind = name:match("^(.-)%s*,%s*(.+)$")
        if before and before ~= "" then
            local all = true
            for piece in behind:gmatch("[^,]+") do
                all = all and only_letters(unicode.tidy(piece))
            end
            name = all and before or name
        end
        local words = words_of(name)
        while #words > 1 and is_title(words[1]) and (words[1]:find("%.$") or titles[key(words[1])] and key(words[1]) ~= "ing") do
            table.remove(words, 1)
        end
        while #words > 1 and (generations[key(words[#words])] or words[#words]:find("%.") and surely[key(words[#words])]) do
            words[#words] = nil
        end
        return table.concat(words, " ")
    end

    return names
end
