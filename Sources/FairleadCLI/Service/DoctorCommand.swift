import ArgumentParser
import ConfigurationFiles
import FairleadHost
import FairleadTools
import Plugins
import Screening

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Looks at everything outside that the host needs: workers, store, credentials, clock, public address.",
        discussion: """
            Asks every provider something that changes nothing there, and orders nothing. May be run beside a running host.
            Exit: 0 nothing is wrong (warnings are printed), 1 a problem was found.

            Examples:
              fairlead doctor
              fairlead doctor --config /etc/fairlead/fairlead.yaml --json
            """
    )

    @OptionGroup var settings: SettingsOptions

    @Flag(name: .customLong("json"), help: "Print {ok, findings} as JSON.")
    var isJSON = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        var findings: [Doctor.Finding] = []
        do {
            let doctor = try await Doctor(file: settings.config, environment: settings.environment)
            await doctor.examine { finding in
                findings.append(finding)
                if !isJSON { Terminal.draw(DoctorCommand.line(finding, .standard(output.color)) + "\n") }
            }
        } catch let error as ConfigurationProblems {
            // What is wrong with the file is no news of the host that may be running on what it read before.
            let beside = await Doctor.runningHost(file: settings.config, environment: settings.environment)
            if isJSON {
                let findings = error.problems.map { ["subject": "settings", "verdict": "problem", "message": .string($0.description)] as JSON }
                Terminal.say((["ok": false, "findings": .array(findings + beside.map(\.json))] as JSON).string())
            } else {
                for finding in beside { Terminal.draw(DoctorCommand.line(finding, .standard(output.color)) + "\n") }
            }
            throw Problems.report(error)
        } catch {
            guard let unavailable = HostUnavailable(error) else { throw error }
            throw CommandFailure(unavailable.description)
        }
        let problems = findings.count { $0.verdict == .problem }
        if isJSON {
            Terminal.say((["ok": .bool(problems == 0), "findings": .array(findings.map(\.json))] as JSON).string())
        } else {
            Terminal.say(problems == 0 ? "Nothing is wrong." : problems == 1 ? "1 problem." : "\(problems) problems.")
        }
        if problems > 0 { throw ExitCode(1) }
    }

    private static func line(_ finding: Doctor.Finding, _ style: OutputStyle) -> String {
        let verdict = finding.verdict == .fine ? "ok" : finding.verdict.rawValue
        let padding = String(repeating: " ", count: max(0, 10 - verdict.count))
        let shown = style.isColoured ? Tone.of(verdict)?.paint(verdict) ?? verdict : verdict
        return shown + padding + (finding.subject + ": " + finding.message).printable
    }
}
