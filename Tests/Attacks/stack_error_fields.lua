-- expect: script_error
-- a long chain of fields in an error
return load('local a = {} return a' .. ('.x'):rep(100000))()
