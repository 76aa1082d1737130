-- expect: ok
-- many host calls
for i = 1, 500 do assert(call('get', i) == i) end
return 'held'
