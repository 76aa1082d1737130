-- expect: ok
-- null as an object
assert(getmetatable(json.null) == nil)
assert(not pcall(function() return json.null.x end))
assert(not pcall(function() return json.null + 1 end))
assert(tostring(json.null) == 'null')
return 'held'
