-- expect: script_error
-- a surrogate in UTF-8
return { '\xed\xa0\x80' }
