-- expect: cpu_limit
-- the plain endless loop
while true do end
