import Screening
import Synchronization

/// Fetches random bytes in blocks: otherwise the nonce of every row would cost a system call.
final class BufferedRandom: Sendable {
    private static let blockSize = 4096

    private let source: any RandomSource
    private let block = Mutex<ArraySlice<UInt8>>([])

    init(_ source: any RandomSource) { self.source = source }

    /// `count` bytes, handed out once.
    func bytes(_ count: Int) -> [UInt8] {
        block.withLock { block in
            if block.count < count { block = source.bytes(max(Self.blockSize, count))[...] }
            defer { block.removeFirst(count) }
            return Array(block.prefix(count))
        }
    }
}
