public import ArgumentParser
import CMalloc
import Glibc
import Tensors

/// Runs a tool: parses the command line, calls it, prints failures as one sentence, and leaves with
/// the documented exit code.
///
/// 0 ok, 1 differs or verification failed, 2 bad input, 3 usage, 4 input/output.
///
/// - Parameters:
///   - examples: commands for the manual page, which `--generate-manual` alone prints.
///   - body: what the tool does.
public func runTool<Tool: ParsableCommand>(
  _ tool: Tool.Type, examples: [Manual.Example] = [], _ body: (Tool) throws -> Void
) -> Never {
  Surroundings.prepare()
  startAnewWhereAddressesAreLimited()
  // In the place of a line of progress that may stand there.
  BusErrors.endInASentence(
    prefix: (Terminal.canMove(.errors) ? "\r\u{1B}[K" : "") + prefix(of: tool))
  // Layers' weights come and go: what is large is given back to the system at once, instead of staying
  // in the heap between smaller things (glibc raises this limit by itself otherwise). Where addresses
  // are few, so is what is less large: a heap's addresses stay with it.
  mallopt(M_MMAP_THRESHOLD, AddressSpace.limit == nil ? 2 << 20 : 128 << 10)
  // What is smaller stays: the same few blocks are taken and given back for every layer, and pages that
  // went back to the system each time would cost a fifth of a conversion.
  mallopt(M_TRIM_THRESHOLD, 8 << 20)
  do {
    try Surroundings.require()
    try OwnProcess.requireLegibleArguments()
    try AddressSpace.require(2 * AddressSpace.threadByteCount, for: "working memory")
    if CommandLine.arguments.dropFirst() == ["--generate-manual"] {
      print(try Manual(Tool.self, examples: examples).text, terminator: "")
      leave(0)
    }
    let parsed = try Tool.parseAsRoot()
    guard let command = parsed as? Tool else {
      // A command that ArgumentParser itself brings: help, completion scripts.
      var other = parsed
      try other.run()
      leave(0)
    }
    try body(command)
    leave(0)
  } catch let failure as Failure {
    fflush(nil)
    complain(prefix(of: tool) + failure.description)
    leave(failure.kind.rawValue)
  } catch {
    let message = Tool.fullMessage(for: error)
    switch Tool.exitCode(for: error) {
    case .success where CommandLine.arguments.dropFirst().contains(where: asksForHelp):
      print(message)
      leave(0)
    default:
      complain(message)
      leave(Failure.Kind.usage.rawValue)
    }
  }
}

/// What stands before a tool's sentences of failure.
private func prefix(of tool: (some ParsableCommand).Type) -> String {
  Style.errors.bad(tool._commandName + ":") + " "
}

/// Whether an argument asks for help; `-dash.npz`, which ArgumentParser reads as `-d -a -s -h ...`,
/// does not.
private func asksForHelp(_ argument: String) -> Bool {
  ["-h", "--help", "-help", "--help-hidden", "--version", "--experimental-dump-help"].contains(
    argument)
    || argument.hasPrefix("--generate-completion-script")
}

/// Ends the process once what was printed is on its way.
///
/// Where it cannot be printed (a full disk), the exit code is that of input and output.
///
/// Libraries' exit handlers are left out: OpenBLAS 0.3.21 now and then waits there for ever for a
/// thread of its own.
private func leave(_ code: Int32) -> Never {
  guard fflush(nil) == 0 else {
    complain("cannot write to standard output")
    _exit(Failure.Kind.inputOutput.rawValue)
  }
  _exit(code)
}

/// A line on standard error, as it is: a stranger's words in it have to be made legible before.
public func complain(_ text: String) {
  OwnProcess.writeToStandardError(text + "\n")
}
