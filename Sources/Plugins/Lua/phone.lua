-- Telephone numbers in the form of ITU-T E.164, for `text.phone_e164`.
return function()
    local phone = {}

    -- Country, calling code, trunk prefix (`-`: none), fewest and most digits after the calling code.
    local countries = [[
AE 971 0 8 9|AR 54 0 10 11|AT 43 0 7 13|AU 61 0 9 9|BE 32 0 8 9|BG 359 0 8 9|BR 55 0 10 11|CA 1 1 10 10|CH 41 0 9 9|CL 56 - 9 9
CN 86 0 10 11|CO 57 - 8 10|CY 357 - 8 8|CZ 420 - 9 9|DE 49 0 6 12|DK 45 - 8 8|EE 372 - 7 8|EG 20 0 9 10|ES 34 - 9 9|FI 358 0 6 11
FR 33 0 9 9|GB 44 0 9 10|GG 44 0 10 10|GI 350 - 8 8|GR 30 - 10 10|HK 852 - 8 8|HR 385 0 8 9|HU 36 06 8 9|ID 62 0 8 12|IE 353 0 7 9
IL 972 0 8 9|IM 44 0 10 10|IN 91 0 10 10|IS 354 - 7 9|IT 39 - 6 11|JE 44 0 10 10|JP 81 0 9 10|KE 254 0 9 9|KR 82 0 8 10|LI 423 - 7 9
LT 370 0 8 8|LU 352 - 6 11|LV 371 - 8 8|MA 212 0 9 9|MT 356 - 8 8|MX 52 - 10 10|MY 60 0 8 10|NG 234 0 8 10|NL 31 0 9 9|NO 47 - 8 8
NZ 64 0 8 10|PE 51 0 8 9|PH 63 0 8 10|PK 92 0 9 10|PL 48 - 9 9|PT 351 - 9 9|RO 40 0 9 9|RS 381 0 8 9|SA 966 0 8 9|SE 46 0 7 9
SG 65 - 8 8|SI 386 0 8 8|SK 421 0 9 9|TH 66 0 8 9|TR 90 0 10 10|TW 886 0 8 9|UA 380 0 9 9|US 1 1 10 10|VN 84 0 9 10|ZA 27 0 9 9
]]

    local function find(country)
        country = country:upper()
        if country == "UK" then
            country = "GB"
        end
        if not country:find("^%u%u$") then
            return nil
        end
        local code, trunk, fewest, most = countries:match("%f[%u]" .. country .. " (%d+) (%S+) (%d+) (%d+)")
        if code then
            return code, trunk, fewest + 0, most + 0
        end
    end

    -- An international number: 8 to 15 digits, none of which leads with 0.
    local function international(digits)
        if #digits >= 8 and #digits <= 15 and digits:find("^[1-9]") then
            return "+" .. digits
        end
        return nil
    end

    function phone.e164(value, country)
        local written = value:lower():gsub("%s*e?xt?%.?%s*%d+%s*$", ""):gsub("^%s*tel[.:]*", "")
        local plus = written:find("^%s*%(?%+") ~= nil
        if plus then
            written = written:gsub("%(0%)", "")
        end
        if written:find("[^%d%s%+%-%.%(%)/\xC2\xA0\xE2\x80\x90-\x93]") or select(2, written:gsub("%+", "")) > (plus and 1 or 0) then
            return nil
        end
        local digits = written:gsub("%D", "")
        local code, trunk, fewest, most
        if country and country ~= "" then
            code, trunk, fewest, most = find(country)
        end
        if plus then
            if trunk == "0" and digits:sub(1, #code + 1) == code .. "0" then
                digits = code .. digits:sub(#code + 2)
            end
            return international(digits)
        end
        local exit = code == "61" and digits:match("^0011([1-9]%d+)$") or digits:match("^00([1-9]%d+)$")
            or code == "1" and digits:match("^011([1-9]%d+)$")
        if exit then
            return international(exit)
        elseif not code then
            return nil
        end
        local function national(number)
            return #number >= fewest and #number <= most and not (trunk == "0" and number:find("^0")) and "+" .. code .. number or nil
        end
        if digits:sub(1, #trunk) == trunk then
            return national(digits:sub(#trunk + 1))
        end
        local complete = national(digits)
        if not complete and digits:sub(1, #code) == code then
            complete = national(digits:sub(#code + 1))
        end
        return complete
    end

    return phone
end
