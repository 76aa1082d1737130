import FairleadHost
import Screening
import Web

/// Why a host could not start or had to stop: a sentence, and the exit code that supervisors know it by.
struct StartFailure: CustomStringConvertible {
    let description: String
    let exitCode: Int32

    /// What an error of the host's means. Problems of the settings are told otherwise.
    init(_ error: any Error) {
        switch error {
        case let error as ListenError:
            self.init(69, "\(error). Stop what listens there, or choose another server.port.")
        case StoreError.newer:
            self.init(69, "\(error). Start the version that wrote it, or a newer one.")
        case let error as StoreError where ["cannot be opened", "read-only", "names no"].contains(where: error.description.contains):
            self.init(69, "\(error). Check store.url and who may write there.")
        case let error as StoreError:
            // What it says is what to do; where the file stands, and who may write there, is not what is wrong.
            self.init(69, "\(error).")
        default:
            if let unavailable = HostUnavailable(error) {
                self.init(69, unavailable.description)
            } else {
                self.init(1, "Fairlead stopped: \(error).")
            }
        }
    }

    private init(_ exitCode: Int32, _ sentence: String) {
        self.exitCode = exitCode
        description = sentence.prefix(1).uppercased() + sentence.dropFirst()
    }
}
