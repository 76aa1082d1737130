-- expect: script_error
-- list items and fields in one table
return { 1, 2, x = 3 }
