-- expect: ok
-- __pairs is not called
local called
for _ in pairs(setmetatable({ 1 }, { __pairs = function() called = true end })) do end
assert(not called)
return 'held'
