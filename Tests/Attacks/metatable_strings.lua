-- expect: ok
-- the strings' metatable
assert(getmetatable('') == false)
assert(not pcall(setmetatable, '', {}))
return 'held'
