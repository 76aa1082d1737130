-- expect: ok
-- overwrites every global, which only hurts itself
local keep_ok, keep_json = 'held', json
for _, name in ipairs({ 'pairs', 'pcall', 'error', 'tostring', 'type', 'setmetatable', 'assert', 'require', 'next', 'select' }) do
    _ENV[name] = function() return nil end
end
string, table, math, json = nil, nil, nil, nil
return keep_ok
