-- expect: ok
-- a stand-in that is no text is ignored
return setmetatable({ 'held' }, { __json = function() while true do end end })[1]
