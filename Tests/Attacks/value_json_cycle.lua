-- expect: ok
-- a stand-in ends a cycle
local t = setmetatable({}, { __json = 'held' })
t.t = t
assert(json.encode({ t }) == '["held"]')
return 'held'
