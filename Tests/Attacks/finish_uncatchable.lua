-- expect: ok
-- finish under pcall
pcall(function() finish('held') end)
while true do end
