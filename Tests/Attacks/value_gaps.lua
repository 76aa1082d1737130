-- expect: script_error
-- a list with gaps
return { [1] = 1, [1000000000] = 2 }
