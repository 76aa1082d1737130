import Testing

@testable import Dashboard

@Suite("Templates")
struct TemplateTests {
    @Test("Every template can be read, and shows nothing unescaped but parts that were rendered already")
    func templates() {
        #expect(Templates.broken == [])
        for (name, text) in Templates.all {
            #expect(!text.contains("{{&") && !text.contains("{{%"), "\(name) switches escaping off")
            for slot in text.split(separator: "{{{").dropFirst().compactMap({ $0.split(separator: "}}}").first }) {
                #expect(Templates.slots.contains(String(slot)), "\(name) shows \(slot) unescaped")
            }
            #expect(!text.contains("style=") && !text.contains("onclick") && !text.contains("javascript:"), "\(name) has something inline")
            // An attribute without quotes is one that markup can leave.
            #expect(text.firstMatch(of: /\s[a-z-]+=\{\{/) == nil, "\(name) has an attribute without quotes")
        }
    }
}
