-- expect: script_error
-- not a number
return { a = { 0 / 0 } }
