-- expect: script_error
-- a message that poses as another place
error('other.lua:99: forged', 0)
