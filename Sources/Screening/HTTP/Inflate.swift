/// Expands what DEFLATE (RFC 1951) has compressed. Written here so that providers, scripts and intake share it without a library of C.
struct Inflate {
    /// Why the data could not be expanded.
    enum Failure: Error, Equatable {
        /// It is not DEFLATE data, or it is cut off.
        case corrupt
        /// It expands to more than may be.
        case tooLarge
        /// It is cut into far more blocks than anybody's data.
        case tooManyBlocks
    }

    /// What may still be spent on beginning blocks. A block that expands to nothing is a few bytes long, and building its codes takes as long as expanding
    /// hundreds: without a bound, a small body would take seconds.
    struct Work {
        /// What a block with codes of its own costs, and so does another member: one for each 256 bytes is more than any writer makes.
        static let codes = 32
        private var left: Int

        /// - Parameter count: how many bytes the whole body has.
        init(for count: Int) { left = 64 * Self.codes + count / 8 }

        mutating func take(_ cost: Int) throws(Failure) {
            left -= cost
            guard left >= 0 else { throw .tooManyBlocks }
        }
    }

    private let bytes: [UInt8]
    private var at: Int
    private var held: UInt32 = 0
    private var heldCount = 0
    private var out: [UInt8] = []
    private let limit: Int
    private var work: Work
    // Kept from block to block, so that a block's codes take no memory of their own.
    private var sizes = [UInt8](repeating: 0, count: 320)
    private var meta = HuffmanCode(room: 19)
    private var lengths = HuffmanCode(room: 286)
    private var distances = HuffmanCode(room: 30)

    /// Expands the data that begins at `start`.
    /// - Parameter work: what may be spent, on this and on what the same body holds besides.
    /// - Returns: what it expands to, and where the data ends.
    static func expand(_ bytes: [UInt8], from start: Int, limit: Int, _ work: inout Work) throws(Failure) -> (output: [UInt8], end: Int) {
        try work.take(Work.codes)
        var inflate = Inflate(bytes: bytes, at: start, limit: limit, work: work)
        while try !inflate.block() {}
        work = inflate.work
        return (inflate.out, inflate.at)
    }

    private init(bytes: [UInt8], at: Int, limit: Int, work: Work) {
        self.bytes = bytes
        self.at = at
        self.limit = limit
        self.work = work
    }

    /// Reads one block; true where it was the last.
    private mutating func block() throws(Failure) -> Bool {
        let isLast = try take(1) == 1
        let kind = try take(2)
        try work.take(kind == 2 ? Work.codes : 1)
        switch kind {
        case 0: try stored()
        case 1: try codes(Self.fixedLengths, Self.fixedDistances)
        case 2:
            try tables()
            try codes(lengths, distances)
        default: throw .corrupt
        }
        return isLast
    }

    private mutating func take(_ count: Int) throws(Failure) -> Int {
        while heldCount < count {
            guard at < bytes.count else { throw .corrupt }
            held |= UInt32(bytes[at]) << UInt32(heldCount)
            at += 1
            heldCount += 8
        }
        let value = held & (1 << UInt32(count) - 1)
        held >>= UInt32(count)
        heldCount -= count
        return Int(value)
    }

    private mutating func stored() throws(Failure) {
        (held, heldCount) = (0, 0)
        guard at + 4 <= bytes.count else { throw .corrupt }
        let length = Int(bytes[at]) | Int(bytes[at + 1]) << 8
        guard length == (Int(bytes[at + 2]) | Int(bytes[at + 3]) << 8) ^ 0xFFFF, at + 4 + length <= bytes.count else { throw .corrupt }
        guard out.count + length <= limit else { throw .tooLarge }
        out += bytes[(at + 4)..<(at + 4 + length)]
        at += 4 + length
    }

    private mutating func codes(_ lengths: HuffmanCode, _ distances: HuffmanCode) throws(Failure) {
        while true {
            let symbol = try self.symbol(lengths)
            if symbol < 256 {
                guard out.count < limit else { throw .tooLarge }
                out.append(UInt8(symbol))
                continue
            }
            if symbol == 256 { return }
            guard symbol - 257 < Self.lengthBase.count else { throw .corrupt }
            let length = Self.lengthBase[symbol - 257] + (try take(Self.lengthExtra[symbol - 257]))
            let code = try self.symbol(distances)
            guard code < Self.distanceBase.count else { throw .corrupt }
            let distance = Self.distanceBase[code] + (try take(Self.distanceExtra[code]))
            guard distance <= out.count else { throw .corrupt }
            guard out.count + length <= limit else { throw .tooLarge }
            for _ in 0..<length { out.append(out[out.count - distance]) }
        }
    }

    private mutating func symbol(_ code: HuffmanCode) throws(Failure) -> Int {
        var (value, first, index) = (0, 0, 0)
        for length in 1..<code.counts.count {
            value |= try take(1)
            let count = code.counts[length]
            if value - count < first { return code.symbols[index + value - first] }
            index += count
            first = (first + count) << 1
            value <<= 1
        }
        throw .corrupt
    }

    /// Reads the codes that a block brings along.
    private mutating func tables() throws(Failure) {
        let (lengthCount, distanceCount) = (try take(5) + 257, try take(5) + 1)
        let orderCount = try take(4) + 4
        guard lengthCount <= 286, distanceCount <= 30 else { throw .corrupt }
        for place in 0..<19 { sizes[place] = 0 }
        for place in Self.order.prefix(orderCount) { sizes[place] = UInt8(try take(3)) }
        try meta.read(sizes[..<19])
        let count = lengthCount + distanceCount
        var place = 0
        while place < count {
            let symbol = try symbol(meta)
            var (size, times) = (UInt8(0), 1)
            switch symbol {
            case 16:
                guard place > 0 else { throw .corrupt }
                (size, times) = (sizes[place - 1], 3 + (try take(2)))
            case 17: times = 3 + (try take(3))
            case 18: times = 11 + (try take(7))
            default: size = UInt8(symbol)
            }
            guard place + times <= count else { throw .corrupt }
            for _ in 0..<times {
                sizes[place] = size
                place += 1
            }
        }
        guard sizes[256] != 0 else { throw .corrupt }
        try lengths.read(sizes[..<lengthCount])
        try distances.read(sizes[lengthCount..<count])
    }

    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    private static let lengthBase = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
    ]
    private static let lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
    private static let distanceBase = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
    ]
    private static let distanceExtra = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]
    private static let fixedLengths = HuffmanCode(known: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
    private static let fixedDistances = HuffmanCode(known: [UInt8](repeating: 5, count: 30))
}

/// A canonical Huffman code, as DEFLATE describes one by its codes' lengths.
private struct HuffmanCode {
    /// How many codes there are of each length.
    private(set) var counts = [Int](repeating: 0, count: 16)
    /// The symbols, by their codes.
    private(set) var symbols: [Int]
    /// Where the next symbol of each length stands, while they are put in.
    private var places = [Int](repeating: 0, count: 16)

    /// No code yet, and room for so many symbols.
    init(room: Int) { symbols = [Int](repeating: 0, count: room) }

    init(known lengths: [UInt8]) {
        self.init(room: lengths.count)
        fill(lengths[...])
    }

    /// Becomes another code, in the memory it has.
    /// - Throws: ``Inflate/Failure/corrupt`` where more codes are given than fit.
    mutating func read(_ lengths: ArraySlice<UInt8>) throws(Inflate.Failure) {
        fill(lengths)
        var left = 1
        for length in 1..<counts.count {
            left = left << 1 - counts[length]
            guard left >= 0 else { throw .corrupt }
        }
    }

    private mutating func fill(_ lengths: ArraySlice<UInt8>) {
        for length in 0..<counts.count { counts[length] = 0 }
        places[1] = 0
        for length in lengths where length != 0 { counts[Int(length)] += 1 }
        for length in 1..<(counts.count - 1) { places[length + 1] = places[length] + counts[length] }
        for (symbol, length) in lengths.enumerated() where length != 0 {
            symbols[places[Int(length)]] = symbol
            places[Int(length)] += 1
        }
    }
}
