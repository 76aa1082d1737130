-- expect: cpu_limit process
-- gsub that backtracks
return ('a'):rep(1e5):gsub('.-.-.-.-b', '')
