-- expect: script_error
-- an error object that contains itself
local t = { message = "cycle" }
t.t = t
error(t)
