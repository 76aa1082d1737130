-- expect: ok
-- the metatable that marks lists
local t = json.decode('[]')
assert(getmetatable(t) == false)
assert(not pcall(setmetatable, t, {}))
t.x = nil
return 'held'
