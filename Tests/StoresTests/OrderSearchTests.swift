import Screening
import Testing

@testable import Stores

@Suite("How a search looks for orders")
struct OrderSearchTests {
    private let codec: RowCodec

    init() throws { codec = try sampleCodec() }

    private func ways(_ text: String) -> [LookUpWay] { LookUpWay.ways(for: text, on: "acme", by: codec.index) }

    private func query(_ text: String) -> OrderQuery {
        var query = OrderQuery()
        query.text = Personal(text)
        return query
    }

    @Test("Of several words each must be there before anything is read, and one is looked for first")
    func wordsAreLookedUpTogether() {
        let both = ways("Ana Bartholomew").filter { !$0.others.isEmpty }
        #expect(!both.isEmpty)
        let kept = Set(BlindIndexTerm.keys(of: sampleOrder("ord_1", "application-1"), by: codec.index))
        // The sample's candidate is Ana Roe: she has one of the words, and is not looked at for both.
        for way in both { #expect(!way.others.allSatisfy { !kept.isDisjoint(with: $0) } || !kept.contains(way.key)) }
        #expect(ways("ana roe").contains { way in kept.contains(way.key) && way.others.allSatisfy { !kept.isDisjoint(with: $0) } })
    }

    @Test(
        "However many words there are, a few are looked up",
        arguments: ["a b c d e f g", "van der berg", "Ana", "ana@example.test", "1632 960000", "-"]
    )
    func fewWordsAreLookedUp(_ text: String) {
        for way in ways(text) {
            #expect(way.others.count <= LookUpWay.most)
            #expect(way.others.allSatisfy { (1...2).contains($0.count) })
        }
    }

    @Test("Of events and runs as well a page ends after some were looked at, and going on there finds the rest")
    func rareHitsEndThePage() throws {
        let all = (0..<12_000).map { "run_" + String(100_000 + $0) }
        let wanted: Set = [all[3], all[7000], all[11_999]]
        for limit in [1, 50] {
            var found: [String] = []
            var page = PageRequest(limit: limit)
            repeat {
                var opened = 0
                let next = try page.of(
                    Set(all),
                    id: { (id: String) in id },
                    open: { ids in
                        opened += ids.count
                        return FoundRows(items: ids.map { ($0, 100) }, looked: ids.count)
                    },
                    where: wanted.contains
                )
                #expect(opened <= FoundRowsLimit.looked / FoundRowsLimit.cost + 60)
                found += next.items
                page.cursor = next.next
            } while page.cursor != nil
            #expect(found == [all[11_999], all[7000], all[3]])
        }
    }

    @Test("An e-mail address is looked up whole: its words are no names, and what it finds does not wait for theirs")
    func addressesAreWhole() {
        #expect(ways("maria.fernandez@silva.example").allSatisfy { $0.others.isEmpty })
        #expect(ways("maria fernandez").contains { !$0.others.isEmpty })
    }

    @Test("Of several words, one that few orders have is looked up first, and finds what has the others")
    func rareWordsLead() throws {
        let ways = ways("pers zzz").filter { !$0.others.isEmpty }
        let rare = Set(ways.flatMap(\.others).joined())
        #expect(!rare.isEmpty)
        let led = ways.flatMap { $0.quickest(rare.contains) }
        #expect(Set(led.map(\.key)) == rare)
        #expect(Set(led.flatMap { $0.others.joined() }) == Set(ways.map(\.key)))
        #expect(ways.flatMap { $0.quickest { _ in false } } == ways)
        #expect(ways.flatMap { $0.quickest { _ in true } } == ways)
    }

    @Test("A rare filter over a frequent name ends the page after some, and going on there finds the rest")
    func rareFiltersEndThePage() throws {
        let all = (0..<12_000).map { "ord_" + String(100_000 + $0) }
        let wanted: Set = [all[3], all[7000], all[11_999]]
        var query = query("ana")
        query.states = [.accepted]
        var (found, pages, most) = ([String](), 0, 0)
        var cursor: String?
        repeat {
            var looked = 0
            let page = try OrderSearch(query, PageRequest(cursor: cursor, ascending: true)).page(
                { cursor, limit in BucketWalk.Found(identifiers: Array(all.drop { id in cursor.map { id <= $0 } ?? false }.prefix(limit))) },
                open: { ids in
                    looked += ids.count
                    return FoundRows(items: ids.filter(wanted.contains).map { (sampleOrder($0, "application-1"), 100) }, looked: ids.count)
                }
            )
            found += page.items.map(\.id)
            cursor = page.next
            pages += 1
            most = max(most, looked)
        } while cursor != nil && pages < 10
        #expect(found == wanted.sorted())
        #expect(pages == 3)
        #expect(most <= FoundRowsLimit.looked + FoundRowsLimit.batch)
    }

    @Test("Orders that have to be opened to be compared end the page sooner, and going on there finds the rest")
    func openedOrdersEndThePage() throws {
        let all = (0..<3000).map { "ord_" + String(100_000 + $0) }
        let wanted: Set = [all[3], all[1500], all[2999]]
        var (found, most) = ([String](), 0)
        var cursor: String?
        repeat {
            var opened = 0
            let page = try OrderSearch(query("ana"), PageRequest(cursor: cursor, ascending: true)).page(
                { cursor, limit in BucketWalk.Found(identifiers: Array(all.drop { id in cursor.map { id <= $0 } ?? false }.prefix(limit))) },
                open: { ids in
                    opened += ids.count
                    return FoundRows(
                        items: ids.map { id in
                            var order = sampleOrder(id, "application-1")
                            if !wanted.contains(id) { order.candidate = Candidate(firstName: "Anabel", lastName: "Roe", email: "b@example.test") }
                            return (order, 100)
                        },
                        looked: ids.count
                    )
                }
            )
            found += page.items.map(\.id)
            cursor = page.next
            most = max(most, opened)
        } while cursor != nil && found.count < 4
        #expect(found == wanted.sorted())
        #expect(most <= FoundRowsLimit.looked / FoundRowsLimit.cost + 60)
    }

    @Test("A page that is full says where the next begins, and opens hardly more than it shows")
    func fullPagesOpenFew() throws {
        let all = (0..<5000).map { "ord_" + String(100_000 + $0) }
        var opened = 0
        let page = try OrderSearch(query("ana"), PageRequest(limit: 50, ascending: true)).page(
            { cursor, limit in BucketWalk.Found(identifiers: Array(all.drop { id in cursor.map { id <= $0 } ?? false }.prefix(limit))) },
            open: { ids in
                opened += ids.count
                return FoundRows(items: ids.map { (sampleOrder($0, "application-1"), 100) }, looked: ids.count)
            }
        )
        #expect(page.items.map(\.id) == Array(all.prefix(50)))
        #expect(page.next == all[49])
        #expect(opened == 51)
    }

    @Test("Large orders end a page early, and nothing is left out")
    func largeOrdersEndThePage() throws {
        let all = (0..<9).map { "ord_\($0)" }
        var found: [String] = []
        var cursor: String?
        repeat {
            let page = try OrderSearch(query("ana"), PageRequest(cursor: cursor, ascending: true)).page(
                { cursor, limit in BucketWalk.Found(identifiers: Array(all.drop { id in cursor.map { id <= $0 } ?? false }.prefix(limit))) },
                open: { ids in
                    FoundRows(items: ids.prefix(2).map { (sampleOrder($0, "application-1"), 600_000) }, looked: min(2, ids.count))
                }
            )
            found += page.items.map(\.id)
            cursor = page.next
            #expect(page.items.count <= 2)
        } while cursor != nil && found.count < 20
        #expect(found == all)
    }

    @Test(
        "Looking for words that many have and few both ends when its time is over, and going on there finds all, in order",
        arguments: [true, false]
    )
    func walks(_ ascending: Bool) throws {
        // Two hundred buckets of three connections, each of a stretch of time that overlaps the others'.
        var random = SystemRandomNumberGenerator()
        let buckets = (0..<200).map { bucket in (0..<40).map { _ in 1000 + bucket * 20 + Int.random(in: 0..<90, using: &random) } }
        let way = LookUpWay(BlindIndexTerm(bits: 1), others: [[BlindIndexTerm(bits: 2)]])
        let all = buckets.map { numbers in Set(numbers.map { "ord_\($0)" }) }
        let wanted = Set(all.joined().filter { $0.hasSuffix("7") && $0.dropLast().hasSuffix("3") })
        func isBefore(_ one: String, _ other: String) -> Bool { ascending ? one < other : one > other }
        for (limit, steps) in [(1000, 1), (7, 1), (7, 3), (1000, 100)] {
            var found: [String] = []
            var cursor: String?
            var pages = 0
            repeat {
                let places = all.enumerated().compactMap { bucket, ids in
                    ids.filter { id in cursor.map { isBefore($0, id) } ?? true }.min(by: isBefore).map {
                        BucketWalk.Place(bucket: Int64(bucket), way: way, head: $0)
                    }
                }
                var left = steps
                let walk = BucketWalk(ascending: ascending) {
                    left -= 1
                    return left <= 0
                }
                var first = FirstIdentifiers(limit, ascending: ascending)
                let end = walk.walk(places, after: cursor, into: &first) { places, low, high in
                    places.flatMap { place in
                        all[Int(place.bucket)].filter { $0 > low && $0 < high && wanted.contains($0) }.sorted(by: isBefore).prefix(limit)
                    }
                }
                let page = walk.found(first, through: end)
                found += page.identifiers
                let next = page.identifiers.count == limit ? page.identifiers.last : page.end
                #expect(next == nil || cursor == nil || isBefore(cursor ?? "", next ?? ""), "it comes no further")
                cursor = next
                pages += 1
            } while cursor != nil && pages < 1000
            #expect(found == wanted.sorted(by: isBefore), "\(found.count) of \(wanted.count)")
            #expect(pages < 1000)
        }
    }

    @Test("Of identifiers found here and there the first are kept, in both directions", arguments: [true, false])
    func firstIdentifiersAreKept(_ ascending: Bool) {
        var random = SystemRandomNumberGenerator()
        let all = (0..<900).map { String(1000 + $0) }
        var first = FirstIdentifiers(40, ascending: ascending)
        for start in stride(from: 0, to: 900, by: 60) {
            let some = all[start..<(start + 60)].shuffled(using: &random)
            // As a bucket that is asked only for what comes before the last of these.
            first.add(some.filter { id in first.last.map { ascending ? id < $0 : id > $0 } ?? true } + some.prefix(1))
        }
        #expect(first.identifiers == Array((ascending ? all : all.reversed()).prefix(40)))
    }
}
