-- expect: output_limit
-- a host call with huge arguments
call('x', ('x'):rep(2000000))
