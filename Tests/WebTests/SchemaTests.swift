import HTTPTypes
import Screening
import Testing

@testable import Web

@Suite("The schemas of the API")
struct SchemaTests {
    private let validator = SchemaValidator(document: [
        "paths": [
            "/things/{id}": [
                "get": [
                    "responses": [
                        "200": ["content": ["application/json": ["schema": ["$ref": "#/components/schemas/Thing"]]]],
                        "404": ["$ref": "#/components/responses/Problem"],
                    ]
                ]
            ]
        ],
        "components": [
            "responses": ["Problem": ["content": ["application/problem+json": ["schema": ["type": "object"]]]]],
            "schemas": [
                "Thing": Schema(
                    "Thing",
                    always: ["id": .anyText, "size": JSON.wholeNumber.orNull, "tags": .list(of: .values(Scope.self))],
                    sometimes: ["at": .timestamp, "more": .textByName]
                ).json
            ],
        ],
    ])

    @Test(
        "What is not documented is found",
        arguments: [
            (#"{"id":"a","size":1,"tags":["read"],"at":"2026-01-02T03:04:05Z","more":{"a":"b"}}"#, nil),
            (#"{"id":"a","size":null,"tags":[]}"#, nil), (#"{"id":1,"size":1,"tags":[]}"#, "id"), (#"{"id":"a","tags":[]}"#, "size"),
            (#"{"id":"a","size":"1","tags":[]}"#, "size"), (#"{"id":"a","size":1.5,"tags":[]}"#, "size"),
            (#"{"id":"a","size":1,"tags":["reed"]}"#, "tags[0]"), (#"{"id":"a","size":1,"tags":[],"secret":1}"#, "secret"),
            (#"{"id":"a","size":1,"tags":[],"at":"today"}"#, "at"), (#"{"id":"a","size":1,"tags":[],"more":{"a":1}}"#, "more.a"),
            (#"{"id":null,"size":1,"tags":[]}"#, "id"), (#"[]"#, "$"),
        ] as [(String, String?)]
    )
    func values(_ text: String, _ named: String?) throws {
        let found = validator.problems(try JSON(parsing: Array(text.utf8)), .reference("Thing"))
        #expect(found.isEmpty == (named == nil) && found.allSatisfy { $0.contains(named ?? "") }, "\(found)")
    }

    @Test("An operation, a status, a type or a keyword that is not documented is found")
    func answers() {
        let thing = WireResponse(200, json: ["id": "a", "size": 1, "tags": []])
        #expect(validator.problems(thing, to: "GET", "/things/a?x=1").isEmpty)
        #expect(
            validator.problems(WireResponse(404, headers: [.contentType: "application/problem+json"], json: [:]), to: "GET", "/things/a").count == 1
        )
        #expect(validator.problems(ProblemDocument.notFound.response, to: "GET", "/things/a").isEmpty)
        for (response, method, path) in [
            (thing, "POST", "/things/a"), (thing, "GET", "/things"), (WireResponse(201, json: [:]), "GET", "/things/a"),
            (WireResponse(200), "GET", "/things/a"),
        ] {
            #expect(validator.problems(response, to: method, path).count == 1)
        }
        #expect(validator.problems("a", ["type": "string", "pattern": "b"]).count == 1)
    }

    @Test("Every object of the document says whether it may have further members")
    func closed() async throws {
        func open(_ json: JSON, _ place: String) -> [String] {
            let own = json["properties"]?.members != nil && json["type"] == "object" && json["additionalProperties"] == nil ? [place] : []
            let inside = (json.members?.pairs ?? []).flatMap { open($0.value, "\(place).\($0.name)") }
            return own + inside + (json.items ?? []).flatMap { open($0, place) }
        }
        let document = try await APIFixture().api.openAPI
        #expect(open(document, "$") == [])
    }
}
