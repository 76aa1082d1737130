-- expect: cpu_limit process
-- a pattern of lazy repeats
return ('a'):rep(1e5):find('.-.-.-.-b')
