-- expect: cpu_limit
-- loops after a host call
call("wait")
while true do end
