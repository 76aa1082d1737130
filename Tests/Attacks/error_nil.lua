-- expect: script_error
-- an error object that is nil
error(nil)
