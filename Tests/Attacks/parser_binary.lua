-- expect: ok
-- bytecode
local f, problem = load('\27Lua\84\0\25\147\r\n\26\n')
assert(not f and problem:find('binary'))
assert(not load('\27Lua', 'x', 'b') and not load('\27Lua', 'x', 'bt'))
assert(string.dump == nil)
return 'held'
