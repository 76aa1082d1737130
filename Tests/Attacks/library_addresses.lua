-- expect: ok
-- addresses in texts
local function clean(s) assert(not s:find('0x'), s) end
clean(tostring({})) clean(tostring(print or pairs)) clean(tostring(pairs)) clean(tostring(json.null)) clean(string.format('%s %10s', {}, pairs))
clean(tostring(setmetatable({}, { __name = 'x' })))
assert(not pcall(string.format, '%p', {}))
assert(not pcall(string.format, '%5p', {}))
local _, problem = pcall(function() return {} .. 'x' end) clean(problem)
_, problem = pcall(error, {}) clean(tostring(problem))
_, problem = pcall(table.concat, { {} }) clean(problem)
return 'held'
