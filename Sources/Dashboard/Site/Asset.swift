import Crypto
import HTTPTypes
import Screening
import Web

/// The style sheet and the script, under names that change with them: browsers keep them for a year.
struct Asset: Sendable {
    let path: String
    let mediaType: String
    let bytes: [UInt8]

    static let style = Asset("style", "css", "text/css; charset=utf-8", PackageResources.style_css + PackageResources.pages_css)
    static let script = Asset("app", "js", "text/javascript; charset=utf-8", PackageResources.app_js)
    static let icon = Asset("icon", "svg", "image/svg+xml", PackageResources.icon_svg)

    static var routes: [Route] {
        [style, script, icon].map { asset in
            Route(.get, asset.path) { _ in
                Headers.secured(
                    WireResponse(
                        200,
                        headers: [.contentType: asset.mediaType, .cacheControl: "public, max-age=31536000, immutable"],
                        body: asset.bytes
                    )
                )
            }
        }
    }

    private init(_ name: String, _ ending: String, _ mediaType: String, _ bytes: [UInt8]) {
        let hash = SHA256.hash(data: bytes).prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        path = "/assets/\(name)-\(hash).\(ending)"
        self.mediaType = mediaType
        self.bytes = bytes
    }
}
