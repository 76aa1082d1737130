-- expect: ok
-- many nested functions
assert(not load('return ' .. ('function() return '):rep(10000)))
return 'held'
