#if !IMAGE_FILES
  import Tensors

  /// Refuses: this build has no image libraries.
  func decodeJPEG(_ bytes: UnsafeRawBufferPointer, _ decoding: Decoding) throws -> Picture {
    throw Failure(.usage, "built without libjpeg-turbo and libpng, which JPEG files need")
  }

  /// Refuses: this build has no image libraries.
  func decodePNG(_ bytes: UnsafeRawBufferPointer, _ decoding: Decoding) throws -> Picture {
    throw Failure(.usage, "built without libjpeg-turbo and libpng, which PNG files need")
  }
#endif
