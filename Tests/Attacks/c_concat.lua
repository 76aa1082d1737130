-- expect: any process
-- table.concat of a table that says it is huge
return #table.concat(setmetatable({}, { __len = function() return 1 << 40 end, __index = function() return "" end }))
