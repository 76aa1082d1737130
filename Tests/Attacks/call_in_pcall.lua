-- expect: ok
-- a host call inside pcall and xpcall
local ok, v = pcall(call, 'get', 5)
assert(ok and v == 5)
ok, v = xpcall(call, error, 'get', 6)
assert(ok and v == 6)
ok, v = xpcall(error, function(m) return call('get', m) end, 'x')
assert(not ok and v == 'x')
return 'held'
