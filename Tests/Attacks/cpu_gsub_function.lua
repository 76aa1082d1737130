-- expect: cpu_limit
-- a replacement function that loops
return ('x'):gsub('x', function() while true do end end)
