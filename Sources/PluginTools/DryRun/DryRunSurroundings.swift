import Screening
import Synchronization

/// A clock that stands still, so that a case gives the same every time.
struct StoppedClock: WallClock {
    let timestamp: Timestamp

    func now() -> Timestamp { timestamp }
    func sleep(for duration: Duration) async throws { try Task.checkCancellation() }
}

/// Randomness that is the same every time (SplitMix64 from a fixed seed).
final class RepeatedRandom: RandomSource {
    private let state = Mutex<UInt64>(1)

    func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    private func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
            return bits ^ (bits >> 31)
        }
    }
}
