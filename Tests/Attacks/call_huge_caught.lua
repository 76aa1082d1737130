-- expect: ok
-- the same under pcall: nothing is sent
assert(not pcall(call, 'x', ('x'):rep(2000000)))
return 'held'
