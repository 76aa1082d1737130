-- expect: script_error
-- __tostring that gives no text
error(setmetatable({}, { __tostring = function() return {} end }))
