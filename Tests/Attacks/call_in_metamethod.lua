-- expect: ok
-- a host call inside a Lua metamethod, which may wait
local t = setmetatable({}, { __index = function(_, k) return call('get', k) end })
assert(t.a == 'a')
return 'held'
