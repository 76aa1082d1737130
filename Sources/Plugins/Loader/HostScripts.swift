import LuaRuntime

/// The trusted Lua that runs before every script: the prelude that makes `ctx`, and the modules it loads when they are first used.
enum HostScripts {
    static let prelude = Script(name: "prelude", chunk: "fairlead/prelude.lua", source: text(PackageResources.prelude_lua), origin: .host)

    /// Every other file beside the prelude, as the module `host.NAME`.
    static let modules: [Script] = [
        ("answers", PackageResources.answers_lua), ("compositions", PackageResources.compositions_lua), ("crypto", PackageResources.crypto_lua),
        ("errors", PackageResources.errors_lua), ("headers", PackageResources.headers_lua),
        ("hooks", PackageResources.hooks_lua), ("http", PackageResources.http_lua), ("kv", PackageResources.kv_lua),
        ("log", PackageResources.log_lua), ("map", PackageResources.map_lua), ("names", PackageResources.names_lua),
        ("orders", PackageResources.orders_lua),
        ("phone", PackageResources.phone_lua), ("provider", PackageResources.provider_lua), ("screening", PackageResources.screening_lua),
        ("secrets", PackageResources.secrets_lua),
        ("text", PackageResources.text_lua),
        ("time", PackageResources.time_lua), ("unicode", PackageResources.unicode_lua), ("words", PackageResources.words_lua),
    ].map { name, bytes in Script(name: "host." + name, chunk: "fairlead/\(name).lua", source: text(bytes), origin: .host) }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
