import FairleadTools
import Foundation
import Testing

@Suite("The reference of the settings")
struct SettingsReferenceTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("docs/settings.md is what the tables give")
    func upToDate() throws {
        let kept = try String(contentsOf: Self.repository.appending(path: "docs/settings.md"), encoding: .utf8)
        #expect(kept == SettingsReference.page, "fairlead plugin types --reference settings > docs/settings.md")
    }
}
