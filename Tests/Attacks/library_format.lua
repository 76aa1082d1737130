-- expect: script_error
-- a format that is too long
return ('%099999d'):format(1)
