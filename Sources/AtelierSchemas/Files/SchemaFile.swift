import AtelierCore

/// One file of a schemas folder.
package struct SchemaFile: Sendable {
    /// Below the folder, for example `configs/interception/dada.json`.
    package var path: String
    package var bytes: [UInt8]

    /// Pairs a path with its contents.
    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// The file's stem: its id.
    var stem: String {
        let name = self.path.split(separator: "/").last ?? ""
        return String(name.hasSuffix(".json") ? name.dropLast(5) : name[...])
    }

    /// Decodes the file.
    ///
    /// - Throws: ``Failure`` with `invalid_request` that says what is wrong.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try JSON.decode(type, from: self.bytes) }
}

/// A folder of schemas: a namespace of its own.
package struct SchemaFolder: Sendable {
    /// How it is called in messages: its path, or "shipped".
    package var name: String
    package var files: [SchemaFile]

    /// Pairs a name with files.
    package init(name: String, files: [SchemaFile]) {
        self.name = name
        self.files = files
    }
}
