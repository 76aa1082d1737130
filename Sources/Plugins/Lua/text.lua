-- The module `text`: names, e-mail addresses and telephone numbers as ATSs write them.
return function(core)
    local text = {}

    local function string_argument(call, value)
        return core.check("text." .. call, "text", value, "string")
    end

    --- Without white space at either end.
    function text.trim(value)
        return (string_argument("trim", value):gsub("^%s+", ""):gsub("%s+$", ""))
    end

    -- Letters of two bytes: Latin, Greek and Cyrillic capitals and their small letters.
    local function small(letter)
        local code = utf8.codepoint(letter)
        if code >= 0xC0 and code <= 0xDE and code ~= 0xD7 or code >= 0x391 and code <= 0x3AB or code >= 0x410 and code <= 0x42F then
            code = code + 32
        elseif code >= 0x400 and code <= 0x40F then
            code = code + 80
        elseif code == 0x178 then
            code = 0xFF
        elseif code == 0x130 then
            return "i"
        elseif code >= 0x139 and code <= 0x148 or code >= 0x179 and code <= 0x17E then
            code = code + code % 2
        elseif code >= 0x100 and code <= 0x177 and code ~= 0x138 then
            code = code + (code + 1) % 2
        end
        return utf8.char(code)
    end

    --- In small letters, accented ones included.
    function text.lower(value)
        string_argument("lower", value)
        local lowered = value:lower()
        if not utf8.len(value) then
            return lowered
        end
        return (lowered:gsub("[\xC3-\xD1][\x80-\xBF]", small))
    end

    local plain_letters = {
        a = "àáâãäåāăą", ae = "æ", c = "çćĉċč", d = "ðďđ", e = "èéêëēĕėęě", g = "ĝğġģ", h = "ĥħ", i = "ìíîïĩīĭįı", j = "ĵ",
        k = "ķ", l = "ĺļľŀł", n = "ñńņňŋ", o = "òóôõöøōŏő", oe = "œ", r = "ŕŗř", s = "śŝşšș", ss = "ß", t = "ţťŧț", th = "þ",
        u = "ùúûüũūŭůűų", w = "ŵ", y = "ýÿŷ", z = "źżž",
    }
    local folded

    --- Small letters, digits and single hyphens only; Latin accents are dropped.
    function text.slug(value)
        string_argument("slug", value)
        if not folded then
            folded = {}
            for plain, accented in pairs(plain_letters) do
                for letter in accented:gmatch(utf8.charpattern) do
                    folded[letter] = plain
                end
            end
        end
        local slug = text.lower(value):gsub("[\xC3-\xC8][\x80-\xBF]", folded):gsub("['’]", ""):gsub("[^a-z0-9]+", "-")
        return (slug:gsub("^%-", ""):gsub("%-$", ""))
    end

    --- → first name (with middle names), last name. "Roe, Ana" is understood; a single word has no last name (nil).
    function text.split_name(full)
        string_argument("split_name", full)
        local last, first = full:match("^%s*([^,]-)%s*,%s*(.-)%s*$")
        if not last then
            first, last = full:match("^%s*(.-)%s+(%S+)%s*$")
            if not first or first == "" then
                first, last = text.trim(full), nil
            end
        end
        return first ~= "" and first:gsub("%s+", " ") or nil, last ~= "" and last or nil
    end

    --- Whether it has the form of an e-mail address at a host with a dot.
    function text.is_email(value)
        if type(value) ~= "string" or #value > 254 then
            return false
        end
        local name, domain = value:match("^([^%s%c@,;:<>()%[%]\"\\]+)@([^%s%c@]+)$")
        if not name or #name > 64 or name:find("^%.") or name:find("%.$") or name:find("..", 1, true) then
            return false
        end
        local labels = 0
        for label in (domain .. "."):gmatch("([^.]*)%.") do
            labels = labels + 1
            if #label == 0 or #label > 63 or not label:find("^[%w\x80-\xFF-]+$") or label:find("^%-") or label:find("%-$") then
                return false
            end
        end
        local top = domain:match("([^.]+)$")
        return labels >= 2 and #top >= 2 and not top:find("^%d+$")
    end

    --- → "+" and digits, or nil when the number cannot be a telephone number. `country` is the ISO 3166 code (two letters)
    --- of numbers written without one.
    function text.phone_e164(value, country)
        if value == nil or value == core.host.json.null then
            return nil
        end
        string_argument("phone_e164", value)
        core.check_optional("text.phone_e164", "country", country, "string")
        return core.part("phone").e164(value, country)
    end

    return text
end
