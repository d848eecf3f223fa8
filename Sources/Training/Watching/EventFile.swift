import FoundationEssentials
import Glibc
import Tensors

/// Writes each step's measures as TensorBoard scalars.
///
/// Each start of a run makes a new file in the folder, as TensorBoard expects; the later one voids the
/// steps that it repeats.
public final class EventFile: Observer {
  /// The file: `FOLDER/events.out.tfevents.SECONDS.HOST.PROCESS`.
  public let path: String
  private let file: AppendedFile
  private let clock: () -> Double

  /// Makes a file of events in a folder, and the folder where there is none.
  ///
  /// - Parameters:
  ///   - step: the first step that will come; later events of earlier files are void.
  ///   - name: what follows `events.out.tfevents.`; by default time, host and process.
  ///   - clock: seconds since 1970.
  /// - Throws: `Failure` (`inputOutput`) where the system refuses.
  public init(
    folder: String, from step: Int, name: String? = nil,
    clock: @escaping () -> Double = { Date().timeIntervalSince1970 }
  ) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure(.inputOutput, file: folder, "cannot make the folder for TensorBoard")
    }
    let now = clock()
    path = folder + "/events.out.tfevents." + (name ?? Self.name(at: now))
    self.clock = clock
    file = try AppendedFile(path, keeping: 0)
    try file.append(EventRecord(wallTime: now, content: .version("brain.Event:2")).bytes())
    try file.append(EventRecord(wallTime: now, step: step, content: .start).bytes())
  }

  /// Appends a step.
  public func observe(_ sample: Sample) throws {
    let scalars = Measure.all.compactMap { measure in
      measure[sample].map { (measure.tag, Float($0)) }
    }
    let event = EventRecord(wallTime: clock(), step: sample.step, content: .scalars(scalars))
    try file.append(event.bytes())
  }

  /// Does nothing: every event is written.
  public func finish() {}

  /// Seconds in ten digits, since TensorBoard reads files in the order of their names; the host; the
  /// process, in case of two starts in a second.
  private static func name(at time: Double) -> String {
    var host = [CChar](repeating: 0, count: 256)
    unsafe gethostname(&host, host.count - 1)
    let name = String(
      decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return "\(Int(time)).\(name).\(getpid())"
  }
}
