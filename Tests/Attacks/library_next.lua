-- expect: script_error
-- next with a key that is not there
return next({ a = 1 }, 'b')
