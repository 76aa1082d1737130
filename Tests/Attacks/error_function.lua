-- expect: script_error
-- an error object that is a function
error(function() while true do end end)
