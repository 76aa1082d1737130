-- expect: ok
-- finish where nothing can wait
pcall(table.sort, { 2, 1 }, function() finish('held') end)
while true do end
