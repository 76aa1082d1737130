-- The module `text`: names, e-mail addresses and telephone numbers as ATSs write them.
return function(core)
    local unicode = core.part("unicode")
    local text = {}

    local function string_argument(call, value)
        return core.check("text." .. call, "text", value, "string")
    end

    --- Without white space at either end: Unicode's, and what nobody sees.
    function text.trim(value)
        return unicode.trim(string_argument("trim", value))
    end

    --- As a name is kept: in Unicode's form C, with one space for each run of white space, none at the ends, and nothing that nobody sees.
    function text.tidy(value)
        return unicode.nfc(unicode.tidy(string_argument("tidy", value), true))
    end

    --- In small letters, accented ones included.
    function text.lower(value)
        return unicode.lower(string_argument("lower", value))
    end

    --- What words that mean the same have in common: capitals, accents typed in two ways, white space and what nobody sees do not count.
    function text.fold(value)
        return unicode.fold(string_argument("fold", value))
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

    --- → first name (with middle names), last name. "Roe, Ana" is understood; titles, pronouns and letters behind a name are dropped; "de la"
    --- and the like belong to the last name. A single word has no last name (nil). Where it cannot be told: nil, nil and why not.
    function text.split_name(full)
        return core.part("names").split(string_argument("split_name", full))
    end

    --- An e-mail address without white space at its ends and what nobody sees, the signs of East Asian keyboards as plain ones.
    function text.email(value)
        local address = unicode.nfc(unicode.tidy(string_argument("email", value)))
        local function plain(letter)
            return string.char(utf8.codepoint(letter) - 0xFEE0)
        end
        return (address:gsub("\xEF\xBC[\x81-\xBF]", plain):gsub("\xEF\xBD[\x80-\x9E]", plain):gsub("。", "."))
    end

    --- Whether it has the form of an e-mail address at a host with a dot.
    function text.is_email(value)
        if type(value) ~= "string" or #value > 254 or unicode.hides(value) then
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
        local number = core.part("phone").e164(value, country)
        return number
    end

    return text
end
