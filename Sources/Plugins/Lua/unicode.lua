-- Text as Unicode means it: white space, what nobody sees, letters with marks, and capitals. For `text` and what is built on it.
return function(core)
    local unicode = {}

    -- First and last code points, ascending.
    local function ranges(list)
        return function(code)
            for index = 1, #list, 2 do
                if code < list[index] then
                    return false
                elseif code <= list[index + 1] then
                    return true
                end
            end
            return false
        end
    end

    local is_space = ranges {
        0x09, 0x0D, 0x20, 0x20, 0x85, 0x85, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F, 0x205F, 0x205F,
        0x3000, 0x3000,
    }
    -- Unicode's Default_Ignorable_Code_Point: soft hyphens, zero-width and directional marks, byte order marks, variation selectors.
    local is_invisible = ranges {
        0xAD, 0xAD, 0x34F, 0x34F, 0x61C, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180F, 0x200B, 0x200F, 0x202A, 0x202E, 0x2060, 0x206F,
        0x3164, 0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFEFF, 0xFFA0, 0xFFA0, 0xFFF0, 0xFFF8, 0x1BCA0, 0x1BCA3, 0x1D173, 0x1D17A, 0xE0000, 0xE0FFF,
    }
    -- Scripts in which a joiner or non-joiner between two letters changes how they are written, and pictures made of several.
    local is_joined = ranges { 0x590, 0x10FF, 0x1F000, 0x1FAFF }

    --- The code points of a text; nil where it is no UTF-8.
    local function points(value)
        if not utf8.len(value) then
            return nil
        end
        local list = {}
        for _, code in utf8.codes(value) do
            list[#list + 1] = code
        end
        return list
    end

    local function joined(list)
        local pieces = {}
        for index, code in ipairs(list) do
            pieces[index] = utf8.char(code)
        end
        return table.concat(pieces)
    end

    --- One space for each run of white space, none at the ends, and nothing that nobody sees. `joiners` keeps those that mean something.
    function unicode.tidy(value, joiners)
        if not value:find("[\x80-\xFF]") then
            return (value:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
        end
        local list = points(value)
        if not list then
            return (value:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
        end
        local kept, space = {}, false
        for index, code in ipairs(list) do
            local joins = joiners and (code == 0x200C or code == 0x200D) and is_joined(list[index - 1] or 0) and is_joined(list[index + 1] or 0)
            if is_space(code) then
                space = #kept > 0
            elseif joins or not is_invisible(code) then
                if space then
                    kept[#kept + 1], space = 0x20, false
                end
                kept[#kept + 1] = code
            end
        end
        return joined(kept)
    end

    --- Without white space and what nobody sees at the ends.
    function unicode.trim(value)
        if not value:find("^[\x80-\xFF]") and not value:find("[\x80-\xFF]%s*$") then
            return (value:gsub("^%s+", ""):gsub("%s+$", ""))
        end
        local list = points(value)
        if not list then
            return (value:gsub("^%s+", ""):gsub("%s+$", ""))
        end
        local first, last = 1, #list
        local function is_nothing(code)
            return is_space(code) or is_invisible(code)
        end
        while first <= last and is_nothing(list[first]) do
            first = first + 1
        end
        while last >= first and is_nothing(list[last]) do
            last = last - 1
        end
        return joined(table.move(list, first, last, 1, {}))
    end

    --- Whether anything in it is white space beyond the plain space, or is seen by nobody.
    function unicode.hides(value)
        for _, code in ipairs(points(value) or {}) do
            if code ~= 0x20 and is_space(code) or is_invisible(code) then
                return true
            end
        end
        return false
    end

    -- Letters of which each is in normalization form C as it stands, next to any other of them: no marks, and no signs with a plainer form.
    local is_composed = ranges {
        0x00, 0x2FF, 0x388, 0x482, 0x488, 0x590, 0x5D0, 0x5EA, 0x620, 0x64A, 0x671, 0x6D5, 0x1E00, 0x1F70, 0x2002, 0x20CF, 0x3030, 0x3098,
        0x309B, 0xA66E, 0xABEE, 0xD7FF, 0xFE30, 0xFFFF,
    }

    local function are_composed(list)
        for _, code in ipairs(list) do
            if not is_composed(code) then
                return false
            end
        end
        return true
    end

    -- Composition -----------------------------------------------------------------------------------------------------

    local composites, parts, class, same

    local function load_compositions()
        local data = core.part("compositions")
        composites, parts, class, same = {}, {}, {}, {}
        local mark
        for word in data.pairs:gmatch("%S+") do
            local found = word:match("^(%x+):$")
            if found then
                mark = tonumber(found, 16)
                composites[mark] = {}
            else
                local base, whole = word:match("^(%x+)=(%x+)$")
                base, whole = tonumber(base, 16), tonumber(whole, 16)
                composites[mark][base], parts[whole] = whole, { base, mark }
            end
        end
        for sign, letter in data.same:gmatch("(%x+)=(%x+)") do
            same[tonumber(sign, 16)] = tonumber(letter, 16)
        end
        for from, to, number in data.classes:gmatch("(%x+)%-(%x+)=(%d+)") do
            for code = tonumber(from, 16), tonumber(to, 16) do
                class[code] = tonumber(number)
            end
        end
    end

    local function take_apart(code, list)
        code = same[code] or code
        local pair = parts[code]
        if pair then
            take_apart(pair[1], list)
            list[#list + 1] = pair[2]
        else
            list[#list + 1] = code
        end
    end

    -- Marks of one letter in the order of their classes; equal ones stay as they are.
    local function order_marks(list)
        for index = 2, #list do
            local code, at = list[index], index
            local own = class[code]
            while own and at > 1 and (class[list[at - 1]] or 0) > own do
                list[at] = list[at - 1]
                at = at - 1
            end
            list[at] = code
        end
    end

    -- Korean syllables are computed: a leading consonant and a vowel, and a closing consonant on both.
    local function compose(base, code)
        local found = composites[code] and composites[code][base]
        if found then
            return found
        elseif base >= 0x1100 and base <= 0x1112 and code >= 0x1161 and code <= 0x1175 then
            return 0xAC00 + ((base - 0x1100) * 21 + code - 0x1161) * 28
        elseif base >= 0xAC00 and base <= 0xD7A3 and (base - 0xAC00) % 28 == 0 and code > 0x11A7 and code <= 0x11C2 then
            return base + code - 0x11A7
        end
    end

    --- In normalization form C: an e with an accent is one letter, however it was typed.
    function unicode.nfc(value)
        if not value:find("[\xCC-\xFF]") then
            return value
        end
        local given = points(value)
        if not given or are_composed(given) then
            return value
        end
        if not composites then
            load_compositions()
        end
        local list = {}
        for _, code in ipairs(given) do
            take_apart(code, list)
        end
        order_marks(list)
        local result, base, before = {}, nil, 0
        for _, code in ipairs(list) do
            local own = class[code] or 0
            local adjacent = base and base == #result
            local whole = base and (adjacent or own > before) and compose(result[base], code)
            if whole then
                result[base] = whole
            else
                result[#result + 1] = code
                if own == 0 then
                    base = #result
                end
                before = own
            end
        end
        return joined(result)
    end

    -- Capitals --------------------------------------------------------------------------------------------------------

    local odd = {
        [0x178] = 0xFF, [0x130] = 0x69, [0x386] = 0x3AC, [0x38C] = 0x3CC, [0x38E] = 0x3CD, [0x38F] = 0x3CE, [0x4C0] = 0x4CF, [0x1E9E] = 0xDF,
    }

    -- Latin, Greek, Cyrillic, Armenian and full-width capitals.
    local function small(letter)
        local code = utf8.codepoint(letter)
        if odd[code] then
            code = odd[code]
        elseif code >= 0xC0 and code <= 0xDE and code ~= 0xD7 or code >= 0x391 and code <= 0x3AB or code >= 0x410 and code <= 0x42F
            or code >= 0xFF21 and code <= 0xFF3A then
            code = code + 32
        elseif code >= 0x388 and code <= 0x38A then
            code = code + 37
        elseif code >= 0x400 and code <= 0x40F then
            code = code + 80
        elseif code >= 0x531 and code <= 0x556 then
            code = code + 48
        elseif code >= 0x139 and code <= 0x148 or code >= 0x179 and code <= 0x17E or code >= 0x1CD and code <= 0x1DC
            or code >= 0x4C1 and code <= 0x4CE then
            code = code + code % 2
        elseif code >= 0x100 and code <= 0x177 and code ~= 0x138 or code >= 0x1DE and code <= 0x1EF or code >= 0x1F8 and code <= 0x21F
            or code >= 0x460 and code <= 0x481 or code >= 0x48A and code <= 0x4BF or code >= 0x4D0 and code <= 0x52F
            or code >= 0x1E00 and code <= 0x1E95 or code >= 0x1EA0 and code <= 0x1EFF then
            code = code + (code + 1) % 2
        elseif code == 0x1A0 or code == 0x1AF then
            code = code + 1
        end
        return utf8.char(code)
    end

    --- In small letters, accented ones included.
    function unicode.lower(value)
        local lowered = value:lower()
        if not utf8.len(value) then
            return lowered
        end
        lowered = lowered:gsub("[\xC3-\xD5][\x80-\xBF]", small):gsub("\xE1[\xB8-\xBB][\x80-\xBF]", small)
        return (lowered:gsub("\xEF\xBC[\x80-\xBF]", small))
    end

    --- What two words share that mean the same: without capitals, in one normalization form, with single spaces, nothing unseen.
    function unicode.fold(value)
        local folded = unicode.lower(unicode.nfc(unicode.tidy(value)))
        return (folded:gsub("\xC3\x9F", "ss"):gsub("\xCF\x82", "\xCF\x83"))
    end

    return unicode
end
