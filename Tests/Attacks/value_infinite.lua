-- expect: script_error
-- an infinite number
return { 1 / 0 }
