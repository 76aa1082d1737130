import Foundation
import Synchronization

/// A place that a test kills the program at, to see what is left then. A release build has none.
enum KillPoint {
    #if DEBUG
        private static let left = Mutex(ProcessInfo.processInfo.environment["FAIRLEAD_TEST_KILL_AT"].flatMap { Int($0) } ?? 0)
    #endif

    /// Kills the program as the kernel would, where it is the one of all that it passes that `FAIRLEAD_TEST_KILL_AT` names by its number.
    static func pass() {
        #if DEBUG
            let isHere = left.withLock { left in
                left -= 1
                return left == 0
            }
            if isHere { kill(getpid(), SIGKILL) }
        #endif
    }
}
