import HTTPTypes
import Pipeline
import Plugins
import Screening

/// The API's OpenAPI 3.1 document, put together from what the endpoints and views say of themselves.
enum OpenAPIDocument {
    static let path = "/openapi.json"
    static let operation = Operation(summary: "This document", answers: [(200, .anyObject)], problems: [])

    /// The schemas of what is shown.
    private static let schemas = [
        Finder.Hit.schema,
        FoundRequests.schema, FoundRequests.Request.schema,
        ProblemDocument.schema, Order.schema, ATSStatus.schema, OrderTime.schema, OrderTime.Turn.schema, OperatingState.Pause.schema,
        Candidate.schema, Check.schema,
        Problem.schema, TimelineEntry.schema,
        Actor.schema, Commands.Batch.schema, Commands.Preview.schema, BulkJob.schema,
        Event.schema, Run.schema, Step.schema, ProviderAccount.schema, ScreeningPackage.schema, Connection.schema, RefusedCount.schema,
        ProviderManifest.schema,
        ProviderManifest.Capabilities.schema, PluginManifest.schema, AccessToken.schema, AccessToken.newSchema, IssueRecord.schema,
        AuditEntry.schema, AuditVerification.schema, Erasure.schema,
        HostStatus.schema, StoreHold.schema, StoreHold.state,
        KeyUse.schema, LegalHold.schema, RetentionEndpoints.schema,
        WebhookEndpoint.schema, WebhookEndpoint.newSchema, WebhookDelivery.schema,
    ]

    /// The document for these endpoints.
    static func document(_ endpoints: [Endpoint]) -> JSON {
        var paths = JSON.Members()
        for endpoint in endpoints {
            var item = paths[endpoint.path] ?? [:]
            item[endpoint.method.rawValue.lowercased()] = endpoint.operation.json(
                path: endpoint.path,
                scope: endpoint.scope,
                showsPersonal: endpoint.showsPersonal
            )
            paths[endpoint.path] = item
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Fairlead", "version": "1",
                "description": "Orders, events and runs between applicant tracking systems and screening providers.",
            ],
            "servers": [["url": .string(Endpoint.root)]],
            "security": [["token": []]],
            "paths": .object(paths),
            "components": [
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
                "responses": [
                    "Problem": [
                        "description": "What went wrong",
                        "content": ["application/problem+json": ["schema": ProblemDocument.schema.reference]],
                    ]
                ],
                "schemas": .object(JSON.Members(schemas.map { ($0.name, $0.json) })),
            ],
        ]
    }
}
