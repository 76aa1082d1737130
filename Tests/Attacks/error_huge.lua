-- expect: script_error
-- an error message of megabytes
error(('x'):rep(5000000))
