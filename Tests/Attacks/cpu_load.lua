-- expect: cpu_limit
-- compiles without an end
while true do load("return 1") end
