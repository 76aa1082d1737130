-- expect: script_error
-- a key that is not UTF-8
return { ['\xc0\xaf'] = 1 }
