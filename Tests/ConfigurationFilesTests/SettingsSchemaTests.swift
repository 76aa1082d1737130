import ConfigurationFiles
import Screening
import Testing

@Suite("Settings against their schema")
struct SettingsSchemaTests {
    static let schema = SettingsSchema(wellFormed: [
        "type": "object", "required": ["name"],
        "properties": [
            "name": ["type": "string", "minLength": 2, "maxLength": 4, "title": "A name"],
            "subdomain": ["type": "string", "pattern": "^[a-z0-9-]+$"],
            "mode": ["enum": ["fast", "slow", 3]],
            "count": ["type": "integer", "minimum": 1, "maximum": 10, "default": 5],
            "either": ["type": ["string", "null"]],
            "fixed": ["const": true],
            "list": [
                "type": "array", "minItems": 1, "maxItems": 2,
                "items": ["type": "object", "properties": ["on": ["type": "boolean", "default": false]]],
            ],
            "packages": ["type": "object", "additionalProperties": ["type": "string"]],
        ],
    ])

    @Test(
        "What fits is in order",
        arguments: [
            #"{"name":"ab"}"#, #"{"name":"ab","subdomain":"a-1","mode":3,"count":10,"either":null,"fixed":true,"list":[{}],"packages":{"x":"y"}}"#,
            #"{"name":"ab","count":3.0}"#, #"{"name":"ab","list":[{"on":true,"more":1}]}"#,
        ]
    ) func fits(_ text: String) throws {
        #expect(try Self.schema.check(JSON(parsing: text)) == [])
    }

    @Test(
        "What does not fit is named with its path, and with a hint where there is one",
        arguments: [
            (#"{}"#, "name", "is missing", "It is: A name."),
            (#"{"name":"a"}"#, "name", "must have at least 2 characters", nil),
            (#"{"name":""}"#, "name", "is empty", nil),
            (#"{"name":"abcde"}"#, "name", "must have at most 4 characters", nil),
            (#"{"name":7}"#, "name", "must be text, not a number", nil),
            (#"{"name":"ab","subdomain":"a.b"}"#, "subdomain", "must match ^[a-z0-9-]+$", nil),
            (#"{"name":"ab","subdomain":"ab\n"}"#, "subdomain", "must match ^[a-z0-9-]+$", nil),
            (#"{"name":"ab","mode":"Slow"}"#, "mode", "must be one of fast, slow, 3", "Did you mean slow?"),
            (#"{"name":"ab","count":0}"#, "count", "must be at least 1", nil),
            (#"{"name":"ab","count":11}"#, "count", "must be at most 10", nil),
            (#"{"name":"ab","count":1.5}"#, "count", "must be a whole number, not a number", nil),
            (#"{"name":"ab","either":1}"#, "either", "must be text or null, not a number", nil),
            (#"{"name":"ab","fixed":false}"#, "fixed", "must be true", nil),
            (#"{"name":"ab","list":[]}"#, "list", "must have at least 1 entries", nil),
            (#"{"name":"ab","list":[{"on":1}]}"#, "list.0.on", "must be true or false, not a number", nil),
            (#"{"name":"ab","packages":{"x":1}}"#, "packages.x", "must be text, not a number", nil),
            (#"{"name":"ab","packges":{}}"#, "packges", "unknown setting", "Did you mean packages?"),
            (#"[]"#, "", "must be an object, not a list", nil),
        ]
    ) func findings(_ text: String, path: String, message: String, hint: String?) throws {
        let found = try Self.schema.check(JSON(parsing: text))
        #expect(found.map { $0.path.joined(separator: ".") } == [path])
        #expect(found.first?.message == message)
        #expect(found.first?.hint == hint)
    }

    @Test("Everything that is wrong is found at once")
    func everythingAtOnce() throws {
        let found = try Self.schema.check(JSON(parsing: #"{"count":0,"packges":1,"list":[1,2,3]}"#), at: ["settings"])
        #expect(found.count == 7)
        #expect(found.allSatisfy { $0.path.first == "settings" })
    }

    @Test("Missing settings get their defaults")
    func defaults() throws {
        #expect(
            Self.schema.applyingDefaults(["name": "ab", "list": [["on": true], [:]]]) == [
                "name": "ab", "count": 5, "list": [["on": true], ["on": false]],
            ]
        )
        #expect(Self.schema.applyingDefaults(["count": 2])["count"] == 2)
    }
}
