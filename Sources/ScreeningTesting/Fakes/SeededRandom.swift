public import Screening
import Synchronization

/// Randomness that can be repeated: the same seed gives the same bytes in the same order. Not for secrets.
public final class SeededRandom: RandomSource {
    private let state: Mutex<UInt64>

    public init(_ seed: UInt64 = 1) { state = Mutex(seed) }

    /// The next 64 bits (SplitMix64).
    public func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
            return bits ^ (bits >> 31)
        }
    }

    /// The next `count` bytes.
    public func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let bits = next()
            for shift in stride(from: UInt64(0), to: 64, by: 8) where bytes.count < count { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        }
        return bytes
    }

    /// A number of the range, which must not be empty.
    public func number(in range: Range<Int>) -> Int { range.lowerBound + Int(next() % UInt64(range.count)) }

    /// One of the elements; nil where there is none.
    public func element<Elements: RandomAccessCollection>(of elements: Elements) -> Elements.Element? {
        guard !elements.isEmpty else { return nil }
        return elements[elements.index(elements.startIndex, offsetBy: number(in: 0..<elements.count))]
    }

    /// True in one case of `cases`.
    public func chance(oneIn cases: Int) -> Bool { number(in: 0..<max(1, cases)) == 0 }
}
