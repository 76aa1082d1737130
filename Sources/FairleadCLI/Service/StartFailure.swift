import FairleadHost
import Screening
import Web

/// Why a host could not start or had to stop: a sentence, and the exit code that supervisors know it by.
struct StartFailure: CustomStringConvertible {
    let description: String
    let exitCode: Int32

    /// What an error of the host's means. Problems of the settings are told otherwise.
    /// - Parameter store: where the store is, without a password; nil where that is not known.
    init(_ error: any Error, store: String? = nil) {
        let place = store ?? "what store.url names"
        switch error {
        case let error as ListenError:
            self.init(69, "\(error). Stop what listens there, or choose another server.port.")
        case StoreError.newer:
            self.init(69, "\(error). Start the version that wrote it, or a newer one.")
        case StoreError.corrupt(let what):
            self.init(69, "\(place) is damaged, or is no store of Fairlead's (\(what)). Restore a backup, or correct store.url.")
        case let error as StoreError where error.description.contains("the disk is full"):
            self.init(69, "the disk of \(place) is full. Make room there, and start again.")
        case let error as StoreError where error.description.contains("is in use by"):
            self.init(69, "\(error). End that process, or correct store.url; several hosts share a store on PostgreSQL alone.")
        case let error as StoreError where error.description.contains("sealed with other keys"):
            self.init(69, "\(error). Put the key back into encryption.keys, or correct store.url.")
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
