-- expect: script_error
-- a module that requires itself
return require('main')
