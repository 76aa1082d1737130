-- expect: ok
-- the globals through load and _ENV
assert(load('return _ENV')() == _ENV)
assert(_ENV.host == nil)
local keep = { _ENV = _ENV }
assert(load('return x', 'x', 't', { x = 7 })() == 7)
return 'held'
