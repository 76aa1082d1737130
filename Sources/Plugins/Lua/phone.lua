-- Telephone numbers in the form of ITU-T E.164, for `text.phone_e164` and `screening.candidate`.
return function(core)
    local phone = {}

    -- Of every calling code: the trunk prefix that is dialled inside the country only (`-`: none, `keep`: numbers begin with a 0 of their own,
    -- which stays), fewest and most digits after the code, and the countries. As libphonenumber has it, for fixed lines and mobiles.
    local plan = "\z
|1 1 10 10 US AG AI AS BB BM BS CA DM DO GD GU JM KN KY LC MP MS PR SX TC TT VC VG VI|7 8 10 10 RU KZ|20 0 8 10 EG|27 0 5 9 ZA|30 - 10 10 GR\z
|31 0 9 11 NL|32 0 8 9 BE|33 0 9 9 FR|34 - 9 9 ES|36 06 8 9 HU|39 keep 6 12 IT|39 keep 6 11 VA|40 0 6 9 RO|41 0 9 9 CH|43 0 4 13 AT|44 0 9 10 GB\z
|44 0 10 10 GG IM JE|45 - 8 8 DK|46 0 7 9 SE|47 - 8 8 NO SJ|48 - 7 9 PL|49 0 5 12 DE|51 0 8 9 PE|52 - 10 10 MX|53 0 6 10 CU|54 0 10 11 AR\z
|55 0 10 11 BR|56 - 9 9 CL|57 0 8 10 CO|58 0 10 10 VE|60 0 8 10 MY|61 0 9 9 AU CC CX|62 0 7 12 ID|63 0 6 10 PH|64 0 8 10 NZ|65 - 8 8 SG|66 0 8 9 TH\z
|81 0 9 10 JP|82 0 5 10 KR|84 0 9 10 VN|86 0 7 11 CN|90 0 10 10 TR|91 0 10 10 IN|92 0 9 10 PK|93 0 9 9 AF|94 0 9 9 LK|95 0 6 10 MM|98 0 6 10 IR\z
|211 0 9 9 SS|212 0 9 9 MA EH|213 0 8 9 DZ|216 - 8 8 TN|218 0 9 9 LY|220 - 7 9 GM|221 - 9 9 SN|222 - 8 8 MR|223 - 8 8 ML|224 - 8 9 GN\z
|225 keep 10 10 CI|226 - 8 8 BF|227 - 8 8 NE|228 - 8 8 TG|229 keep 10 10 BJ|230 - 7 8 MU|231 0 7 9 LR|232 0 8 8 SL|233 0 9 9 GH|234 0 10 10 NG\z
|235 - 8 8 TD|236 - 8 8 CF|237 - 9 9 CM|238 - 7 7 CV|239 - 7 7 ST|240 - 9 9 GQ|241 keep 7 8 GA|242 keep 9 9 CG|243 0 7 10 CD|244 - 9 9 AO\z
|245 - 9 9 GW|246 - 7 7 IO|247 - 5 5 AC|248 - 7 7 SC|249 0 9 9 SD|250 0 8 9 RW|251 0 9 9 ET|252 0 6 9 SO|253 - 8 8 DJ|254 0 7 9 KE|255 0 9 9 TZ\z
|256 0 9 9 UG|257 - 8 8 BI|258 - 8 9 MZ|260 0 9 9 ZM|261 0 9 9 MG|262 0 9 9 RE YT|263 0 9 9 ZW|264 0 8 9 NA|265 0 7 9 MW|266 - 8 8 LS|267 - 7 8 BW\z
|268 - 8 8 SZ|269 - 7 7 KM|290 - 4 5 SH|290 - 4 4 TA|291 0 7 7 ER|297 - 7 7 AW|298 - 6 6 FO|299 - 6 6 GL|350 - 8 8 GI|351 - 9 9 PT|352 - 4 11 LU\z
|353 0 7 10 IE|354 - 7 9 IS|355 0 8 9 AL|356 - 8 8 MT|357 - 8 8 CY|358 0 5 10 FI|358 0 6 10 AX|359 0 6 9 BG|370 0 8 8 LT|371 - 8 8 LV|372 - 7 8 EE\z
|373 0 8 8 MD|374 0 8 8 AM|375 8 9 9 BY|376 - 6 9 AD|377 0 8 9 MC|378 keep 8 10 SM|380 0 9 9 UA|381 0 7 12 RS|382 0 8 8 ME|383 0 8 12 XK\z
|385 0 8 9 HR|386 0 8 8 SI|387 0 8 9 BA|389 0 8 8 MK|420 - 9 9 CZ|421 0 6 9 SK|423 0 7 9 LI|500 - 5 5 FK|501 - 7 7 BZ|502 - 8 8 GT|503 - 8 8 SV\z
|504 - 8 8 HN|505 - 8 8 NI|506 - 8 8 CR|507 - 7 8 PA|508 0 6 9 PM|509 - 8 8 HT|590 0 9 9 GP BL MF|591 0 8 8 BO|592 - 7 7 GY|593 0 8 9 EC\z
|594 0 9 9 GF|595 0 7 9 PY|596 0 9 9 MQ|597 - 6 7 SR|598 0 8 8 UY|599 - 7 8 CW|599 - 7 7 BQ|670 - 7 8 TL|672 - 6 6 NF|673 - 7 7 BN|674 - 7 7 NR\z
|675 - 7 8 PG|676 - 5 7 TO|677 - 5 7 SB|678 - 5 7 VU|679 - 7 7 FJ|680 - 7 7 PW|681 - 6 6 WF|682 - 5 5 CK|683 - 4 7 NU|685 - 5 10 WS|686 0 5 8 KI\z
|687 - 6 6 NC|688 - 5 7 TV|689 - 8 8 PF|690 - 4 7 TK|691 - 7 7 FM|692 1 7 7 MH|850 0 8 10 KP|852 - 8 8 HK|853 - 8 8 MO|855 0 8 9 KH|856 0 8 10 LA\z
|880 0 6 10 BD|886 0 8 9 TW|960 - 7 7 MV|961 0 7 8 LB|962 0 8 9 JO|963 0 8 9 SY|964 0 8 10 IQ|965 - 8 8 KW|966 0 9 9 SA|967 0 7 9 YE|968 - 8 8 OM\z
|970 0 8 9 PS|971 0 8 9 AE|972 0 8 12 IL|973 - 8 8 BH|974 - 8 8 QA|975 - 7 8 BT|976 0 8 10 MN|977 0 8 10 NP|992 - 9 9 TJ|993 8 8 8 TM|994 0 9 9 AZ\z
|995 0 9 9 GE|996 0 9 9 KG|998 - 9 9 UZ\z
|"

    local unassigned = { fewest = 7, most = 14 }

    -- Looked up in the text: as a table of tables the plan would be built in every run, for one number.
    local function rule_at(place)
        local code, trunk, fewest, most = plan:match("^|(%d+) (%S+) (%d+) (%d+) ", place)
        return { code = code, trunk = trunk, fewest = fewest + 0, most = most + 0 }
    end

    -- The rule for all countries of a calling code; nil where it is none.
    local function by_code(code)
        local rule
        local place = plan:find("|" .. code .. " ", 1, true)
        while place do
            local found = rule_at(place)
            rule = rule or found
            rule.fewest, rule.most = math.min(rule.fewest, found.fewest), math.max(rule.most, found.most)
            place = plan:find("|" .. code .. " ", place + 1, true)
        end
        return rule
    end

    local function by_country(country)
        country = country == "UK" and "GB" or country
        local place = country:find("^%u%u$") and plan:find(" " .. country, 1, true)
        return place and rule_at(plan:sub(1, place):find("|[^|]*$"))
    end

    local function fits(rule, digits)
        return #digits >= rule.fewest and #digits <= rule.most
    end

    -- The digits behind the calling code, without the trunk prefix; nil where they are no number of that country.
    local function significant(rule, digits)
        if digits:sub(1, 1) == "0" and rule.trunk ~= "keep" then
            if rule.trunk:sub(1, 1) ~= "0" or digits:sub(1, #rule.trunk) ~= rule.trunk then
                return nil
            end
            digits = digits:sub(#rule.trunk + 1)
            if digits:sub(1, 1) == "0" then
                return nil
            end
        elseif #digits > rule.most and rule.trunk:find("^[1-9]") and digits:sub(1, #rule.trunk) == rule.trunk then
            digits = digits:sub(#rule.trunk + 1)
        end
        return fits(rule, digits) and digits or nil
    end

    -- "+" and digits, of digits that begin with a calling code.
    local function international(digits)
        for length = 1, 3 do
            local rule = by_code(digits:sub(1, length))
            if rule then
                local number = significant(rule, digits:sub(length + 1))
                return number and "+" .. rule.code .. number
            end
        end
        -- No country's: a satellite's, or one of a service.
        if digits:find("^8[078][0-9]") or digits:find("^979") then
            return #digits >= unassigned.fewest and #digits <= unassigned.most and "+" .. digits or nil
        end
    end

    -- Of digits that are written as inside the country.
    local function national(rule, digits)
        local number = significant(rule, digits)
        if rule.trunk:find("^%d") and digits:sub(1, #rule.trunk) == rule.trunk then
            local inner = digits:sub(#rule.trunk + 1)
            number = fits(rule, inner) and not inner:find("^0") and inner or number
        elseif digits:sub(1, #rule.code) == rule.code then
            -- Perhaps the calling code without its plus. Where both readings are possible, neither is taken.
            local inner = significant(rule, digits:sub(#rule.code + 1))
            if inner and number and rule.trunk:find("^%d") then
                return nil
            end
            number = number or inner
        end
        return number and "+" .. rule.code .. number
    end

    local digits_of = { 0x30, 0xFF10, 0x660, 0x6F0, 0x966 }

    -- Any script's digits as ASCII's, any dash as a hyphen, any plus as a plus.
    local function plain(value)
        local pieces = {}
        for _, code in utf8.codes(core.part("unicode").tidy(value)) do
            for _, zero in ipairs(digits_of) do
                code = code >= zero and code <= zero + 9 and code - zero + 0x30 or code
            end
            if code >= 0x2010 and code <= 0x2015 or code == 0x2212 or code == 0xFF0D then
                code = 0x2D
            elseif code == 0xFF0B then
                code = 0x2B
            elseif code == 0xFF08 or code == 0xFF09 then
                code = code - 0xFF08 + 0x28
            elseif code == 0xB7 or code == 0x2022 then
                code = 0x2E
            end
            pieces[#pieces + 1] = utf8.char(code)
        end
        return table.concat(pieces):lower()
    end

    -- Words that people and `tel:` links write before an extension.
    local extensions = { "[;,]?%s*ext=%s*%d+$", "[;,]?%s*extension:?%s*%d+$", "[;,]?%s*e?xtn?%.?:?%s*%d+$", "[;,]?%s*x%.?%s*%d+$", "%s*#%s*%d+$" }

    --- → "+" and digits, or nil and why the number is left out. `country` is that of numbers written without one. The third result says that
    --- an extension was dropped, for which there is no place in such a number.
    function phone.e164(value, country)
        if not utf8.len(value) then
            return nil, "it is not text"
        end
        local written = plain(value):gsub("^tel[.:]?%s*", ""):gsub("^phone[.:]?%s*", ""):gsub(";phone%-context=[^;]*$", "")
        local extension = false
        for _, pattern in ipairs(extensions) do
            local shorter, count = written:gsub(pattern, "")
            if count > 0 and not extension and shorter:find("%d") then
                written, extension = shorter, true
            end
        end
        local plus = written:find("^%s*%(?%s*%+") ~= nil
        if written:find("[^%d%s%+%-%.%(%)/]") or select(2, written:gsub("%+", "")) > (plus and 1 or 0) then
            return nil, "it holds something else than one number"
        end
        local one, two = written:match("^(.-)/(.*)$")
        if one and #one:gsub("%D", "") >= 6 and #two:gsub("%D", "") >= 6 then
            return nil, "it holds two numbers"
        end
        local rule = country and by_country(country:upper())
        local digits = written:gsub("%D", "")
        local exit = not plus and (rule and rule.code == "61" and digits:match("^0011([1-9]%d+)$") or digits:match("^00([1-9]%d+)$")
            or rule and rule.code == "1" and digits:match("^011([1-9]%d+)$"))
        if plus or exit then
            local number = international(exit or digits)
            return number, not number and "it is no number of its country" or nil, extension
        elseif not rule then
            return nil, "its country is not known"
        end
        local number = national(rule, digits)
        return number, not number and "it is no number of its country, or could be read in two ways" or nil, extension
    end

    return phone
end
