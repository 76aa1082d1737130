import HTTPTypes
import Screening

extension ProviderConformance {
    static let secrecyChecks = [
        Check(name: "no secret and no personal value is printed or logged") { suite in
            let script = suite.script
            var printed: [String] = []
            let echo: @Sendable (WireRequest) -> WireResponse = { request in
                // A provider that repeats everything it was sent, as some do in their error messages.
                let said = "\(request.url) \(request.headers.map(\.value)) " + String(decoding: request.body, as: UTF8.self)
                return WireResponse(400, json: ["message": .string(said), "error": .string(said), "code": 4001, "statusCode": 4001])
            }
            let isCreation = script.isCreation
            let stages = [
                ProviderStage(script, .creates), ProviderStage(script, .creates) { isCreation($0) ? echo($0) : nil },
                ProviderStage(script, .creates) { echo($0) }, ProviderStage(script, .rejectsCredentials), ProviderStage(script, .createsWithoutID),
            ]
            for stage in stages {
                do {
                    printed += shown(try await suite.submit(stage))
                } catch {
                    printed += shown(error)
                }
                printed += stage.log.lines
            }
            if suite.capabilities.report {
                let stage = ProviderStage(script, .reports(status: script.finalStatus, result: script.outcomes.keys.sorted().first))
                if let report = try await suite.provider.report(for: script.reference, stage.session) {
                    printed += shown(report.checks as Any) + shown(report.reportURL as Any)
                }
                printed += stage.log.lines
            }
            var draft = OrderDraft(
                connection: "c",
                account: script.account.id,
                provider: script.account.provider,
                externalID: "x",
                package: script.order.package,
                candidate: script.order.candidate
            )
            draft.candidate.email = Personal("Ana Roe at nowhere")
            draft.candidate.phone = Personal("0163-CALL-ANA")
            printed += suite.provider.problems(with: draft).map { "\($0)" } + suite.provider.problems(with: script.account)

            let person = script.order.candidate
            let hidden =
                script.account.secrets.values.flatMap { $0 }.map(\.value)
                + [
                    person.firstName.value, person.lastName.value, person.email.value, person.phone?.value ?? "", "Ana Roe at nowhere",
                    "0163-CALL-ANA",
                ]
            let leaks = printed.filter { line in hidden.contains { !$0.isEmpty && line.contains($0) } }
            return leaks.isEmpty ? [] : ["\(leaks.count) of \(printed.count) lines held a secret or a personal value"]
        }
    ]

    private static func shown(_ value: Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        return ["\(value)", String(reflecting: value), dumped]
    }
}
