-- expect: ok
-- many unary operators
assert(not load('return ' .. ('not '):rep(50000) .. '1'))
return 'held'
