-- expect: ok
-- the libraries' metatables
for _, l in ipairs({ string, table, math, utf8 }) do
    assert(getmetatable(l) == false)
    assert(not pcall(setmetatable, l, {}))
    assert(not pcall(rawset, l, 'x', 1))
    assert(not pcall(function() l.x = 1 end))
    assert(not pcall(table.insert, l, 1))
end
assert(('x'):rep(2) == 'xx')
return 'held'
