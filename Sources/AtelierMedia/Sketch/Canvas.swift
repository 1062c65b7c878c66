import AtelierCore
import CMedia

/// Paper to draw on: cairo's canvas in units, the shorter side 1024 of them.
final class Canvas {
    /// Width in units.
    let width: Double
    /// Height in units.
    let height: Double
    let handle: OpaquePointer

    init(pixelsWide: Int, pixelsHigh: Int) throws {
        let scale = Double(min(pixelsWide, pixelsHigh)) / 1024
        guard let handle = cm_canvas_new(Int32(pixelsWide), Int32(pixelsHigh), scale) else {
            throw Failure(.internalError, "There is not enough memory for a picture of \(pixelsWide) × \(pixelsHigh) pixels.")
        }
        self.handle = handle
        self.width = Double(pixelsWide) / scale
        self.height = Double(pixelsHigh) / scale
    }

    deinit {
        cm_canvas_free(self.handle)
    }

    /// The whole paper.
    var box: Box { Box(left: 0, top: 0, right: self.width, bottom: self.height) }

    /// Draws with the state that `body` sets, and restores it.
    func saved(_ body: () -> Void) {
        cm_save(self.handle)
        body()
        cm_restore(self.handle)
    }

    /// Draws on turned or moved paper.
    func transformed(_ affine: Affine, _ body: () -> Void) {
        self.saved {
            cm_transform(self.handle, affine.xx, affine.yx, affine.xy, affine.yy, affine.x0, affine.y0)
            body()
        }
    }

    /// Adds an outline to the path.
    func path(_ outline: Outline) {
        for ring in outline.rings {
            guard let first = ring.first else { continue }
            cm_move(self.handle, first.x, first.y)
            for point in ring.dropFirst() { cm_line(self.handle, point.x, point.y) }
            cm_close(self.handle)
        }
    }

    /// Fills an outline.
    func fill(_ outline: Outline, _ colour: UInt32, alpha: Double = 1) {
        self.path(outline)
        cm_fill(self.handle, colour, alpha)
        cm_forget(self.handle)
    }

    /// Lays ink over what is there, as a printing press does.
    func printing(_ body: () -> Void) {
        self.saved {
            cm_multiply(self.handle, 1)
            body()
        }
    }

    /// The picture as a PNG file.
    func png() throws -> [UInt8] {
        var (bytes, size): (UnsafeMutablePointer<UInt8>?, Int) = (nil, 0)
        guard cm_png(self.handle, &bytes, &size) == 0, let bytes else { throw Failure(.internalError, "The picture could not be encoded.") }
        defer { cm_free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: size))
    }
}
