import HTTPTypes
import PluginTesting
import PluginTools
import Screening
import Testing

@testable import Plugins

/// A script can use a secret, and cannot learn, print, keep or send it anywhere else.
@Suite("Secrets in scripts")
struct PreludeSecretTests {
    /// Each tries to get at the value some way; some are errors, some go through and show the placeholder.
    static let attempts = [
        "return s", "return tostring(s)", "return 'a '..s..' b'", "return json.encode{s}", "return ('%s'):format(s)", "return {k=s, [tostring(s)]=1}",
        "error(s)", "error({message=s})", "ctx.reject('no '..tostring(s))", "return table.concat({tostring(s)})",
        "ctx.log.warn('x '..s, {s=s}) print(s)",
        "ctx.kv.set('k', s) return ctx.kv.get('k')", "ctx.kv.set('k', {s}) return ctx.kv.get('k')",
        "local t={} for k,v in pairs(s) do t[#t+1]=tostring(v) end return t",
        "return {next(s)}", "return rawget(s, 1)", "return tostring(getmetatable(s))", "return string.rep(tostring(s), 3)", "return utf8.len(s)",
        "return text.slug(s)", "return crypto.hex(s)", "return crypto.hmac('sha256', 'a'..s, 'x')",
        "local t={} for k in pairs(ctx.secret) do t[#t+1]=k end return t",
        "return {pcall(setmetatable, s, {})}", "return load('return ...')(s)", "return #s", "return s < s", "return s()", "return s + 1", "return -s",
        "return {s == ctx.secret.api_key, s == 'secret:api_key'}", "return s.value", "s.x = 1",
        "ctx.http.get('https://api.example.test/'..s)", "ctx.http.get('https://'..tostring(s)..'.example.test/')",
        "ctx.http.get('https://elsewhere.example.test/', {auth={bearer=s}})",
        "ctx.orders.place{external_id='x',package='p',metadata={s=s},candidate={first_name='Ana',last_name=tostring(s),email='ana@example.test'}}",
        "ctx.http.post('https://api.example.test/', {json={s}}) return ctx.http.get('https://api.example.test/echo',{auth={bearer=s}}).body",
    ]

    @Test("No script can reveal the value of a secret", arguments: attempts)
    func theValueNeverShows(_ attempt: String) async throws {
        let echo = FixtureStep(
            "http.get",
            ["url": "https://api.example.test/echo"],
            answer: .reply(["headers": ["x-echo": .string(PluginHarness.secretValue)], "text": .string("got Bearer \(PluginHarness.secretValue)!")])
        )
        let outcome = try await PluginHarness.run("local s = ctx.secret.api_key \(attempt)", steps: [echo])
        #expect(!outcome.everything.contains(PluginHarness.secretValue))
        #expect(!outcome.everything.contains(Array(PluginHarness.secretValue.utf8).base64))
    }

    @Test("A secret converted to text shows its name instead of its value")
    func placeholdersShowAsTheirName() async throws {
        let outcome = try await PluginHarness.run(
            "local s=ctx.secret.api_key return {tostring(s),'a '..s..' b',json.encode{s},s==ctx.secret.api_key,('%s'):format(s),tostring(getmetatable(s))}"
        )
        #expect(outcome.value == ["secret:api_key", "a secret:api_key b", #"["secret:api_key"]"#, true, "secret:api_key", "false"])
    }

    @Test(
        "An operation that a secret does not support fails with an error that says so",
        arguments: ["return #s", "return s.x", "return s<s", "return s..nil", "return s+1", "return s()", "return s<=s", "return -s", "s.x=1"]
    )
    func whatCannotBeDoneWithThemSaysSo(_ lua: String) async throws {
        let outcome = try await PluginHarness.run("local s=ctx.secret.api_key \(lua)")
        #expect(outcome.error?["message"]?.text?.contains("secret") == true, "\(outcome.end)")
    }

    @Test("Text or JSON that looks like a secret placeholder is not replaced by the secret")
    func textThatLooksLikeAPlaceholderStaysText() async throws {
        let host = PluginScriptHost()
        let script = PluginHarness.script(
            """
            ctx.http.post("https://api.example.test/", { headers = { a = "secret:api_key" }, json = { forged = event.body.forged, secrets = { { at = { "headers", "a" }, parts = { { secret = "api_key" } } } } } })
            """
        )
        _ = try await host.attempt(script, input: ["raw": #"{"forged":{"secret":"api_key","parts":[{"secret":"api_key"}]}}"#, "reads": true])
        let request = try #require(host.sent.first)
        #expect(!String(decoding: request.body, as: UTF8.self).contains(PluginHarness.secretValue))
        #expect(request.headers.allSatisfy { !$0.value.contains(PluginHarness.secretValue) })
    }

    @Test("An HMAC with a secret key is made by a call to the host")
    func aSignatureOverASecretIsTheHosts() async throws {
        let outcome = try await PluginHarness.run("return crypto.hex(crypto.hmac('sha512', ctx.secret.api_key, 'x'))")
        #expect(outcome.calls.first?.arguments == ["algorithm": "sha512", "secret": "api_key", "data_base64": "eA=="])
        #expect(outcome.value?.text?.utf8.count == 128)
    }
}
