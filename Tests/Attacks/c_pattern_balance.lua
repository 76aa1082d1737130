-- expect: cpu_limit process
-- %b over open brackets
local s = ('('):rep(3e5)
return s:find('%b()')
