-- expect: cpu_limit
-- a comparison function that loops
table.sort({ 3, 2, 1 }, function() while true do end end)
