import TalaCore
import UIKit
import WebKit

/// The web view in which the officer's app runs. The page comes from the bundle by a scheme of its own, asks by the
/// bridge (`docs/FIELD-BRIDGE.md`), and reaches nothing else: no file, no other origin, no network.
@MainActor
public final class FieldWebView: NSObject {
    static let scheme = "tala"
    nonisolated static let origin = "tala://field"

    private static let toPage = """
        window.tala = { post: (json) => {
          webkit.messageHandlers.tala.postMessage(json).then((answer) => answer && window.talaReceive?.(answer));
        } };
        """

    public let view: WKWebView
    private let bridge: Bridge

    /// `pages`: the folder of the build of `web/field` in the app's bundle.
    public init(bridge: Bridge, home: PhoneHome, pages: URL) {
        self.bridge = bridge
        let settings = WKWebViewConfiguration()
        settings.websiteDataStore = .nonPersistent()
        settings.setURLSchemeHandler(FieldFiles(home: home, pages: pages), forURLScheme: Self.scheme)
        let script = WKUserScript(source: Self.toPage, injectionTime: .atDocumentStart, forMainFrameOnly: true)
        settings.userContentController.addUserScript(script)
        view = WKWebView(frame: .zero, configuration: settings)
        super.init()
        settings.userContentController.addScriptMessageHandler(self, contentWorld: .page, name: "tala")
        view.navigationDelegate = self
        view.uiDelegate = self
        bridge.say = { [weak self] event in self?.tell(Bridge.text(event)) }
    }

    /// Shows a page of the app, such as `/sos`.
    public func open(_ path: String) {
        if let url = URL(string: "\(Self.origin)/index.html#\(path)") { view.load(URLRequest(url: url)) }
    }

    private func tell(_ text: String) {
        // A text as a literal of the language: what stands in it is never run.
        guard let literal = try? JSONEncoder().encode(text) else { return }
        view.evaluateJavaScript("window.talaReceive?.(\(String(decoding: literal, as: UTF8.self)))")
    }
}

extension FieldWebView: WKScriptMessageHandlerWithReply {
    public func userContentController(
        _ controller: WKUserContentController, didReceive message: WKScriptMessage
    ) async -> (Any?, String?) {
        let from = message.frameInfo
        guard from.isMainFrame, from.securityOrigin.`protocol` == Self.scheme, let text = message.body as? String else {
            return (nil, nil)
        }
        return (await bridge.answer(text), nil)
    }
}

extension FieldWebView: WKNavigationDelegate, WKUIDelegate {
    public func webView(_ view: WKWebView, decidePolicyFor action: WKNavigationAction) async -> WKNavigationActionPolicy {
        guard let url = action.request.url, url.scheme == Self.scheme else { return .cancel }
        guard url.path.hasPrefix("/export/") else { return .allow }
        share(url.lastPathComponent)
        return .cancel
    }

    public func webViewWebContentProcessDidTerminate(_ view: WKWebView) {
        // The page died, by its memory or the system's need of it. Drafts are in the core; recording goes on.
        open("/")
    }

    /// A page gets neither camera nor microphone: it has them by the bridge.
    public func webView(
        _ view: WKWebView, decideMediaCapturePermissionsFor origin: WKSecurityOrigin, initiatedBy frame: WKFrameInfo,
        type: WKMediaCaptureType
    ) async -> WKPermissionDecision { .deny }

    private func share(_ name: String) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        let sheet = UIActivityViewController(activityItems: [file], applicationActivities: nil)
        sheet.popoverPresentationController?.sourceView = view
        view.window?.rootViewController?.present(sheet, animated: true)
    }
}

/// The page, the photos and nothing else, by the app's own scheme.
private final class FieldFiles: NSObject, WKURLSchemeHandler {
    private let home: PhoneHome
    private let pages: URL
    private var running: [ObjectIdentifier: Task<Void, Never>] = [:]

    init(home: PhoneHome, pages: URL) {
        self.home = home
        self.pages = pages
    }

    func webView(_ view: WKWebView, start task: any WKURLSchemeTask) {
        running[ObjectIdentifier(task)] = Task { @MainActor in
            let (data, type) = await read(task.request.url)
            // One that was stopped meanwhile must not be answered.
            guard !Task.isCancelled, let url = task.request.url else { return }
            let headers = ["Content-Type": type, "Cache-Control": "no-store", "Content-Length": "\(data?.count ?? 0)"]
            if let answer = HTTPURLResponse(
                url: url, statusCode: data == nil ? 404 : 200, httpVersion: nil, headerFields: headers)
            {
                task.didReceive(answer)
                task.didReceive(data ?? Data())
                task.didFinish()
            }
            running[ObjectIdentifier(task)] = nil
        }
    }

    func webView(_ view: WKWebView, stop task: any WKURLSchemeTask) {
        running.removeValue(forKey: ObjectIdentifier(task))?.cancel()
    }

    @MainActor
    private func read(_ url: URL?) async -> (Data?, String) {
        guard let url else { return (nil, "text/plain") }
        if url.path.hasPrefix("/media/") {
            // Decrypted in memory; it lies nowhere in the clear.
            let photo = try? await home.open().picture(hash: url.lastPathComponent, thumb: url.query == "thumb")
            return (photo, "application/octet-stream")
        }
        let file = pages.appendingPathComponent(url.path).standardizedFileURL
        guard file.path.hasPrefix(pages.standardizedFileURL.path + "/") else { return (nil, "text/plain") }
        return (try? Data(contentsOf: file), Self.types[file.pathExtension] ?? "application/octet-stream")
    }

    private static let types = [
        "html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml", "json": "application/json",
        "webmanifest": "application/manifest+json", "woff2": "font/woff2", "png": "image/png", "wasm": "application/wasm",
    ]
}
