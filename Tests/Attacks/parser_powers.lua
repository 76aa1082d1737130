-- expect: ok
-- many right-associative operators
assert(not load('return ' .. ('2^'):rep(30000) .. '2'))
return 'held'
