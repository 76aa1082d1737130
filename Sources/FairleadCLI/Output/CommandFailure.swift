/// Why a command could not do what it was asked: one sentence saying what and where, and what to do. Ends the program with exit code 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
