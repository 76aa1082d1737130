-- expect: ok
-- metamethods are not called when encoding
local t = setmetatable({ a = 1 }, { __index = function() while true do end end, __len = function() while true do end end, __pairs = function() while true do end end })
assert(json.encode(t) == '{"a":1}')
return 'held'
