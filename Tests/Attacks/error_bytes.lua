-- expect: script_error
-- an error message that is not UTF-8
error('\xff\xfe\0\x80')
