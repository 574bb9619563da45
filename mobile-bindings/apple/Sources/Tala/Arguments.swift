import Foundation
import TalaCore

/// The arguments of a message. What is not as it should be is refused by name.
struct Arguments {
    private let members: [String: Any]

    init(_ members: [String: Any]) { self.members = members }

    func any(_ name: String) -> Any? { members[name].flatMap { $0 is NSNull ? nil : $0 } }

    func text(_ name: String) throws -> String {
        guard let value = try optionalText(name) else { throw refuse(name, "a text") }
        return value
    }

    func optionalText(_ name: String) throws -> String? {
        try any(name).map { value in
            guard let text = value as? String else { throw refuse(name, "a text") }
            return text
        }
    }

    func optionalTexts(_ name: String) throws -> [String]? {
        try any(name).map { value in
            guard let texts = value as? [String] else { throw refuse(name, "a list of texts") }
            return texts
        }
    }

    func flag(_ name: String) throws -> Bool {
        guard let value = any(name) as? NSNumber, CFGetTypeID(value) == CFBooleanGetTypeID() else {
            throw refuse(name, "true or false")
        }
        return value.boolValue
    }

    func sync() throws -> SyncAsk {
        SyncAsk(
            byOfficer: try flag("by_officer"),
            weak: any("weak") == nil ? false : try flag("weak"),
            originals: any("originals") == nil ? false : try flag("originals"))
    }

    func file() throws -> FileIn {
        guard let part = any("file") as? [String: Any] else { throw refuse("file", "an object") }
        let file = Arguments(part)
        let at = (file.any("place") as? [String: Any]).map(Arguments.init)
        return FileIn(
            mediaType: try file.text("media_type"),
            takenMs: (file.any("taken_ms") as? NSNumber)?.int64Value,
            place: try at.map { Place(lat: try $0.number("lat"), lon: try $0.number("lon")) },
            title: try file.optionalText("title"))
    }

    func number(_ name: String) throws -> Double {
        guard let value = any(name) as? NSNumber else { throw refuse(name, "a number") }
        return value.doubleValue
    }

    func refuse(_ name: String, _ wanted: String) -> Refusal {
        Refusal(code: "input", message: "\(name) is not \(wanted)")
    }
}
