-- expect: script_error
-- a host call inside gsub
return ('x'):gsub('x', function() return call('x') end)
