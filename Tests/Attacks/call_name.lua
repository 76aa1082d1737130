-- expect: script_error
-- a host call with a huge name
call(('x'):rep(100000))
