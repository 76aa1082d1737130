-- expect: ok
-- a million log lines
for i = 1, 20000 do note('log', { i = i }) end
return 'held'
