-- expect: output_limit
-- a log line of a megabyte
note('log', ('x'):rep(1000000))
