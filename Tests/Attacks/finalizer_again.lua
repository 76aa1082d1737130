-- expect: script_error
-- __gc added later, and set again
local m = {}
local t = setmetatable({}, m)
m.__gc = function() while true do end end
setmetatable(t, m)
