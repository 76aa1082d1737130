-- expect: script_error
-- __tostring that raises
error(setmetatable({}, { __tostring = function() error("again") end }))
