-- expect: script_error
-- a function
return { f = function() end }
