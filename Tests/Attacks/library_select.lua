-- expect: script_error
-- select outside the list
return select(-5, 1)
