-- expect: script_error
-- a chain of __index without an end
local t = {}
setmetatable(t, { __index = t })
local u = setmetatable({}, { __index = t })
t = setmetatable(t, { __index = u })
return u.x
