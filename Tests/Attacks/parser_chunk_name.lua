-- expect: ok
-- a chunk name that poses as the host
local ok, problem = pcall(load('error("x")', '=prelude.lua'))
assert(problem == '(prelude.lua):1: x', problem)
return 'held'
