import CryptoKit
import Foundation

/// Files on their way from a page into the store: begun, filled piece by piece, then used once. A row of pieces
/// `length (4) | AES-256-GCM`, each bound to its token and its place; a last piece that a kill cut off is dropped. The
/// same as Kotlin's.
final class Spool: @unchecked Sendable {
    private static let fileMax = 64 * 1024 * 1024
    private static let unused: TimeInterval = 7 * 24 * 60 * 60
    private let folder: URL
    private let key: SymmetricKey
    private let lock = NSLock()

    init(folder: URL, key: SymmetricKey) throws {
        self.folder = folder
        self.key = key
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let names = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: [.contentModificationDateKey])
        for file in names {
            let changed = try file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
            let old = changed.map { Date().timeIntervalSince($0) > Self.unused } ?? false
            // What a kill left in the clear, and what nobody wants any more.
            if old || file.lastPathComponent.hasPrefix("clear-") { try FileManager.default.removeItem(at: file) }
        }
    }

    func begin() throws -> String {
        let token = SymmetricKey(size: .bits128).withUnsafeBytes { $0.map { String(format: "%02x", $0) }.joined() }
        try Data().write(to: file(token), options: Self.protected)
        return token
    }

    func append(_ token: String, _ piece: Data) throws -> Int {
        lock.lock()
        defer { lock.unlock() }
        let pieces = try open(token)
        let clear = pieces.clear.reduce(0) { $0 + $1.count }
        guard clear + piece.count <= Self.fileMax else { throw Refusal(code: "too_long", message: "the file is too long") }
        if piece.isEmpty { return clear }
        let sealed = try AES.GCM.seal(piece, using: key, authenticating: bound(token, pieces.clear.count)).combined
        guard let sealed else { throw Refusal(code: "failed", message: "sealing a piece") }
        let out = try FileHandle(forWritingTo: file(token))
        defer { try? out.close() }
        try out.truncate(atOffset: UInt64(pieces.sealed))
        try out.seekToEnd()
        try out.write(contentsOf: withUnsafeBytes(of: UInt32(sealed.count).bigEndian) { Data($0) } + sealed)
        try out.synchronize()
        return clear + piece.count
    }

    /// Takes a file that the platform made; that one is gone afterwards.
    func adopt(_ made: URL) throws -> String {
        defer { try? FileManager.default.removeItem(at: made) }
        let token = try begin()
        let read = try FileHandle(forReadingFrom: made)
        defer { try? read.close() }
        while let piece = try read.read(upToCount: 512 * 1024), !piece.isEmpty { _ = try append(token, piece) }
        return token
    }

    /// Lends the clear file. The file is dropped when that succeeded.
    func lend<R>(_ token: String, _ use: (String) async throws -> R) async throws -> R {
        let clear = folder.appendingPathComponent("clear-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: clear) }
        try lock.withLock { try open(token).clear.reduce(into: Data()) { $0 += $1 }.write(to: clear, options: Self.protected) }
        let done = try await use(clear.path)
        try FileManager.default.removeItem(at: file(token))
        return done
    }

    private func open(_ token: String) throws -> (clear: [Data], sealed: Int) {
        let found = try file(token)
        guard let bytes = try? Data(contentsOf: found) else { throw Refusal(code: "unknown", message: "no such file") }
        var (clear, at): ([Data], Int) = ([], 0)
        while at + 4 <= bytes.count {
            let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length > 28, at + 4 + length <= bytes.count else { break }
            let box = try AES.GCM.SealedBox(combined: bytes[at + 4..<at + 4 + length])
            guard let piece = try? AES.GCM.open(box, using: key, authenticating: bound(token, clear.count)) else {
                throw Refusal(code: "damaged", message: "piece \(clear.count) of the file is damaged")
            }
            clear.append(piece)
            at += 4 + length
        }
        return (clear, at)
    }

    private func bound(_ token: String, _ index: Int) -> Data { Data("tala/1 spool \(token) \(index)".utf8) }

    /// A token comes from a page: it names nothing but what `begin` could have made.
    private func file(_ token: String) throws -> URL {
        guard token.wholeMatch(of: /[0-9a-f]{32}/) != nil else { throw Refusal(code: "unknown", message: "no such file") }
        return folder.appendingPathComponent(token)
    }

    private static let protected: Data.WritingOptions = [.atomic, .completeFileProtectionUntilFirstUserAuthentication]
}
