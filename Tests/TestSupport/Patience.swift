import Glibc

/// How long a test waits before it calls something endless.
public enum Patience {
  /// 1, or more in a program with a sanitizer inside, which works several times as slowly
  /// (`./dev sanitize`).
  public static let factor: Int =
    unsafe dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil ? 20 : 1

  /// So many seconds, times the factor.
  public static func seconds(_ count: Int) -> Duration { .seconds(count * factor) }
}
