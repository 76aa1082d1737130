-- `ctx.log` and `print`: lines of the run's log. The host redacts personal data.
return function(core)
    local host = core.host

    local function write(level)
        local call = "ctx.log." .. level
        return function(message, fields)
            if core.secret_parts(message) or type(message) == "number" then
                message = tostring(message)
            end
            core.check(call, "message", message, "string")
            host.note("log", {
                level = level, message = message, fields = core.check_optional(call, "fields", fields, "table"),
            })
        end
    end

    local function print_line(...)
        local words = {}
        for index = 1, select("#", ...) do
            words[index] = tostring((select(index, ...)))
        end
        host.note("log", { level = "info", message = table.concat(words, "\t") })
    end

    local levels = { debug = write("debug"), info = write("info"), warn = write("warn") }
    local function warn(message)
        host.note("log", { level = "warn", message = message })
    end

    return { warn = warn, member = core.library("ctx.log", levels), print = print_line }
end
