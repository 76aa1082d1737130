import ArgumentParser
import ConfigurationFiles
import FairleadTools
import Foundation
import Screening

/// What a command failed with: a sentence for people, or a problem document for programs, on standard error: standard output holds what was asked for.
enum ErrorText {
    /// Whether a command line asks for JSON.
    static func wantsJSON(_ arguments: [String]) -> Bool { arguments.prefix { $0 != "--" }.contains("--json") }

    /// The problem document; nil for what is no error, and for what has been said already.
    static func json(_ error: any Error, message: String, code exit: ExitCode) -> JSON? {
        if exit.isSuccess || error is ExitCode { return nil }
        if let problem = error as? APIProblem {
            var document = problem.document ?? document("no_answer", "No answer", message)
            document["message"] = .string(problem.description)
            return document
        }
        return exit == .validationFailure ? document("usage", "Wrong usage", message) : document("failed", "Failed", message)
    }

    /// What is wrong with files, each problem by itself.
    static func json(_ problems: [ConfigurationProblem]) -> JSON {
        var json = document("configuration", "Something is wrong with the settings", problems.first?.description ?? "")
        json["problems"] = .array(problems.map(\.json))
        return json
    }

    private static func document(_ code: String, _ title: String, _ detail: String) -> JSON {
        ["type": "about:blank", "title": .string(title), "status": .null, "code": .string(code), "detail": .string(detail)]
    }
}
