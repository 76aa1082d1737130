-- expect: ok
-- many else-ifs
local ok, problem = load('if a then ' .. ('elseif a then '):rep(15000) .. 'end')
assert(ok or problem)
return 'held'
