-- The module `time`: ISO 8601 text and seconds since 1970-01-01T00:00:00Z.
return function(core)
    local time = {}

    -- Days since 1970-01-01 in the Gregorian calendar; years begin in March so that the leap day comes last.
    local function days(year, month, day)
        if month <= 2 then
            year, month = year - 1, month + 12
        end
        return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day - 719469
    end

    local function civil(day)
        day = day + 719468
        local era = day // 146097
        local of_era = day - era * 146097
        local year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
        local of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
        local shifted = (5 * of_year + 2) // 153
        local month = shifted < 10 and shifted + 3 or shifted - 9
        return year_of_era + era * 400 + (month <= 2 and 1 or 0), month, of_year - (153 * shifted + 2) // 5 + 1
    end

    local month_days = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

    local function is_date(year, month, day)
        if month < 1 or month > 12 or day < 1 then
            return false
        end
        local leap = month == 2 and year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
        return day <= month_days[month] + (leap and 1 or 0)
    end

    -- "Z", "+01:00", "-0530", "+01" or nothing (UTC), in seconds; nil for anything else.
    local function offset(zone)
        if zone == "" or zone == "Z" or zone == "z" then
            return 0
        end
        local sign, hours, minutes = zone:match("^([+-])(%d%d):?(%d?%d?)$")
        if not sign or #minutes == 1 then
            return nil
        end
        hours, minutes = tonumber(hours), tonumber(minutes ~= "" and minutes or "0")
        if hours > 23 or minutes > 59 then
            return nil
        end
        return (hours * 60 + minutes) * 60 * (sign == "+" and 1 or -1)
    end

    --- → seconds, or nil when the text is not ISO 8601. A date alone is its midnight; no zone means UTC.
    function time.parse(text)
        core.check("time.parse", "text", text, "string")
        local year, month, day, rest = text:match("^%s*(%d%d%d%d)%-?(%d%d)%-?(%d%d)(.-)%s*$")
        if not year then
            return nil
        end
        year, month, day = tonumber(year), tonumber(month), tonumber(day)
        if not is_date(year, month, day) then
            return nil
        end
        local midnight = days(year, month, day) * 86400
        if rest == "" then
            return midnight
        end
        local hour, minute, more = rest:match("^[Tt ](%d%d):?(%d%d)(.*)$")
        if not hour then
            return nil
        end
        local second, fraction = more:match("^:?(%d%d)([.,]?%d*)")
        local zone = more
        if second then
            zone = more:match("^:?%d%d[.,]%d+(.*)$") or more:match("^:?%d%d(.*)$")
            fraction = fraction:gsub(",", ".")
        end
        local shift = offset(zone)
        hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second or "0")
        if not shift or hour > 24 or minute > 59 or second > 60 or hour == 24 and minute + second > 0 then
            return nil
        end
        local seconds = midnight + hour * 3600 + minute * 60 + second - shift
        if fraction and #fraction > 1 then
            return seconds + tonumber("0" .. fraction)
        end
        return seconds
    end

    -- Whole seconds and milliseconds; refuses what no calendar holds.
    local function split(call, seconds)
        core.check(call, "seconds", seconds, "number")
        if not (seconds >= -62135596800 and seconds < 253402300800) then
            core.part("errors").argument(call, "seconds", "a time from year 1 to 9999", seconds)
        end
        local milliseconds = math.floor(seconds % 1 * 1000)
        return math.floor(seconds), milliseconds
    end

    --- → "2026-01-31T09:00:00Z", with milliseconds where there are any.
    function time.format(seconds)
        local whole, milliseconds = split("time.format", seconds)
        local year, month, day = civil(whole // 86400)
        local rest = whole % 86400
        local fraction = milliseconds > 0 and (".%03d"):format(milliseconds) or ""
        return ("%04d-%02d-%02dT%02d:%02d:%02d%sZ"):format(year, month, day, rest // 3600, rest // 60 % 60, rest % 60, fraction)
    end

    --- → "2026-01-31", in UTC.
    function time.format_date(seconds)
        local year, month, day = civil(split("time.format_date", seconds) // 86400)
        return ("%04d-%02d-%02d"):format(year, month, day)
    end

    return time
end
