-- expect: script_error
-- __tostring that calls itself
local t
t = setmetatable({}, { __tostring = function() return tostring(t) end })
return tostring(t)
