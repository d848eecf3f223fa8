/// An HTML file that needs nothing else: it loads nothing, from no network and no other file, and is
/// well-formed XML too.
///
/// A content security policy says so to the browser, which then enforces it.
public struct PageFrame: Sendable {
  /// What the browser's tab is called.
  public var title: String
  /// Rules beside those of `Palette` and of the frame itself.
  public var style: String
  /// Seconds after which the page reloads itself; nil where it does not change any more.
  public var refresh: Int?
  /// Whether the body has scripts of its own; without, the browser runs none.
  public var hasScripts: Bool

  /// A frame.
  public init(title: String, style: String = "", refresh: Int? = nil, hasScripts: Bool = false) {
    self.title = title
    self.style = style
    self.refresh = refresh
    self.hasScripts = hasScripts
  }

  /// The file's text.
  ///
  /// - Parameter body: markup between the body's tags.
  public func document(_ body: String) -> String {
    let refresh = refresh.map { "<meta http-equiv=\"refresh\" content=\"\($0)\"/>\n" } ?? ""
    let scripts = hasScripts ? "script-src 'unsafe-inline'; " : ""
    return """
      <!DOCTYPE html>
      <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
      style-src 'unsafe-inline'; \(scripts)img-src data:"/>
      \(refresh)<link rel="icon" href="data:,"/>
      <title>\(markup(title))</title>
      <style>
      \(Palette.style)
      \(Self.style)
      \(style)
      </style>
      </head>
      <body>
      \(body)
      </body>
      </html>

      """
  }

  /// Rules of what every page has: text, tables, alerts.
  private static let style = """
    * { box-sizing: border-box; }
    body { margin: 0 auto; padding: 16px; max-width: 1200px; background: var(--paper); \
    color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
    h1 { font-size: 1.25rem; margin: 0 0 4px; overflow-wrap: anywhere; }
    p { margin: 4px 0; }
    .key { display: inline-block; width: 10px; height: 10px; border-radius: 5px; \
    margin-right: 6px; background: var(--c); }
    .alert { padding: 10px 14px; border-radius: 6px; background: #b42318; color: #fff; \
    font-weight: 600; }
    table { border-collapse: collapse; margin: 0 0 18px; width: 100%; max-width: 640px; \
    font-variant-numeric: tabular-nums; }
    caption { text-align: left; font-weight: 600; padding: 4px 0; }
    th, td { text-align: left; vertical-align: top; padding: 3px 12px 3px 0; \
    border-top: 1px solid var(--grid); overflow-wrap: anywhere; }
    th { font-weight: 400; color: var(--dim); width: 45%; }
    """
}
