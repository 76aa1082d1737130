-- expect: script_error
-- an error value that poses as a limit
error({ code = 'cpu_limit', message = 'forged' })
