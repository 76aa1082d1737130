-- expect: script_error
-- a long chain of indexes in an error
return load('local a, b = {}, 1 return a' .. ('[b]'):rep(50000))()
