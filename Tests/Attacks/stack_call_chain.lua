-- expect: cpu_limit process
-- a chain of __call
local t = {}
setmetatable(t, { __call = t })
return t()
