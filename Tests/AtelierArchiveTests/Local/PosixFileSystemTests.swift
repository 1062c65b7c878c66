import AtelierArchive
import AtelierCore
import Foundation
import Testing

@Suite struct PosixFileSystemTests {
    private let disk = PosixFileSystem()

    @Test func `a part of a file is what lies within its ends`() throws {
        let test = try TestArchive()
        let path = "\(test.root)/file"
        try self.disk.create(path)
        try self.disk.append(Array(0...9), to: path)
        #expect(try self.disk.read(path, range: nil) == Array(0...9))
        for (range, bytes) in [(0..<3, [0, 1, 2]), (8..<99, [8, 9]), (10..<20, []), (50..<60, []), (4..<4, [])] as [(Range<Int>, [UInt8])] {
            #expect(try self.disk.read(path, range: range) == bytes)
        }
        #expect(try self.disk.size(path) == 10)
    }

    @Test func `a rename without replacing leaves both files as they are`() throws {
        let test = try TestArchive()
        for name in ["a", "b"] {
            try self.disk.create("\(test.root)/\(name)")
            try self.disk.append(Array(name.utf8), to: "\(test.root)/\(name)")
        }
        #expect(throws: FileExists.self) { try self.disk.rename("\(test.root)/a", to: "\(test.root)/b") }
        #expect(try self.disk.read("\(test.root)/b", range: nil) == Array("b".utf8))
        #expect(try self.disk.read("\(test.root)/a", range: nil) == Array("a".utf8))
        try self.disk.replace("\(test.root)/b", with: "\(test.root)/a")
        #expect(try self.disk.list(test.root) == ["b"])
        #expect(try self.disk.read("\(test.root)/b", range: nil) == Array("a".utf8))
    }

    @Test func `folders are made with their parents, and again without harm`() throws {
        let test = try TestArchive()
        for _ in 1...2 { try self.disk.makeDirectories("\(test.root)/a/b/c") }
        try self.disk.create("\(test.root)/file")
        #expect(throws: Failure.self) { try self.disk.makeDirectories("\(test.root)/file/x") }
        #expect(throws: Failure.self) { try self.disk.makeDirectories("\(test.root)/file") }
    }

    @Test func `what is not there has no size and no names`() throws {
        let test = try TestArchive()
        #expect(try self.disk.size("\(test.root)/none") == nil)
        #expect(try self.disk.list("\(test.root)/none") == [])
        try self.disk.remove("\(test.root)/none")
        #expect(#expect(throws: Failure.self) { try self.disk.append([1], to: "\(test.root)/none") }?.code == .missing)
        #expect(#expect(throws: Failure.self) { try self.disk.read("\(test.root)/none", range: nil) }?.code == .missing)
    }

    @Test func `creating empties what is there`() throws {
        let test = try TestArchive()
        for _ in 1...2 {
            try self.disk.create("\(test.root)/file")
            #expect(try self.disk.size("\(test.root)/file") == 0)
            try self.disk.append([1, 2], to: "\(test.root)/file")
        }
    }

    @Test func `the sentence of a full or broken disk names no secret`() throws {
        let failure = #expect(throws: Failure.self) { try self.disk.create("/proc/none/file") }
        #expect(failure?.message.contains("/proc/none/file") == true)
    }
}
