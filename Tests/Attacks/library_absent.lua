-- expect: ok
-- what must not be there
for _, name in ipairs({ 'io', 'os', 'debug', 'package', 'coroutine', 'collectgarbage', 'dofile', 'loadfile', 'loadstring', 'warn', '_G', 'newproxy', 'getfenv', 'setfenv', 'module' }) do
    local f = load('return ' .. name)
    assert(f() == nil, name)
end
assert(not string.dump and not string.pack and not string.unpack and not math.random and not math.randomseed)
assert(not (''):len() or not (''):rep(0).dump)
return 'held'
