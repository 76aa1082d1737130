-- expect: ok
-- many nested tables
assert(not load('return ' .. ('{'):rep(200000)))
return 'held'
