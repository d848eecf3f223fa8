import Tensors

/// Prints a line on standard output; what a stranger's words in it would do to a terminal they do not
/// (`String.legible`).
///
/// Names, licences and notes are what a file says. What a tool paints itself goes through `print`.
public func printLine(_ text: String) { print(text.legible) }

/// Prints an empty line, and then a line as `printLine` does.
public func printParagraph(_ text: String) { print("\n" + text.legible) }
