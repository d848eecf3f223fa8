import Tensors

/// Which classes and functions that nobody knows may stand in a pickle as inert records.
///
/// Nothing is called in any case. The question is whether to carry on: an honest checkpoint holds
/// objects of classes (a logger, a configuration), whereas a pickle that calls a function
/// (`os.system`, `builtins.eval`) wants to do something, and is refused by name.
enum PickleTrust {
  /// Refuses a class or function that is not for data.
  ///
  /// - Throws: `Failure` that names it.
  static func check(_ global: PickleGlobal, _ making: PickleObject.Making) throws {
    let package = String(global.module.prefix { $0 != "." })
    let full = "\(global.module).\(global.name)"
    if standard.contains(package) || global.module.isEmpty {
      guard standardData.contains(full) || standardData.contains("\(global.module).*") else {
        throw refusal(full)
      }
      return
    }
    // What follows the last dot is what is called: a method of a class is a function.
    guard making == .call else { return }
    let name = global.name.split(separator: ".").last.map { $0.drop { $0 == "_" } } ?? ""
    if name.first?.isUppercase == true { return }
    guard makers.contains(where: { name.contains($0) }) || dataFunctions.contains(full) else {
      throw refusal(full)
    }
  }

  private static func refusal(_ name: String) -> Failure {
    Failure(.badInput, "calls \(name); only constructors of data are read")
  }

  /// Words in the names of functions that frameworks make their objects with.
  private static let makers = [
    "rebuild", "reconstruct", "unpickle", "restore", "deserialize", "from_state", "setstate",
  ]

  /// Functions and classes outside the standard library, of data, with small letters.
  private static let dataFunctions: Set<String> = [
    "torch.device", "torch.dtype", "torch.layout", "torch.memory_format",
    "torch.serialization._get_layout", "numpy.random._pickle.__randomstate_ctor",
    "numpy.random._pickle.__bit_generator_ctor", "numpy.random._pickle.__generator_ctor",
    "numpy.void", "numpy.datetime64", "numpy.timedelta64",
  ]

  /// What is data in the standard library; `module.*` is all of it.
  private static let standardData: Set<String> = [
    "argparse.Namespace", "array._array_reconstructor", "array.array", "builtins.getattr",
    "builtins.object", "builtins.range", "builtins.slice", "builtins.xrange",
    "collections.*", "copyreg._reconstructor", "datetime.*", "decimal.Decimal",
    "enum.Enum", "fractions.Fraction", "functools.partial", "ipaddress.*", "logging.*",
    "pathlib.*", "random.Random", "string.Template", "time.struct_time",
    "types.SimpleNamespace", "uuid.UUID", "zoneinfo.ZoneInfo._unpickle", "__main__.*",
  ]

  /// The packages of Python's standard library, of Python 2 too, and those that install others.
  private static let standard = Set(
    """
    abc aifc antigravity apt argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb \
    binascii binhex bisect builtins bz2 cPickle cProfile cStringIO calendar cgi cgitb chunk cmath cmd \
    code codecs codeop collections colorsys commands compileall concurrent configparser contextlib \
    contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis \
    distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput \
    fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip \
    hashlib heapq hmac html http httplib idlelib imaplib imghdr imp importlib inspect io ipaddress \
    itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math \
    mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath \
    nturl2path numbers opcode operator optparse os ossaudiodev parser pathlib pdb pickle pickletools \
    pip pipes pkg_resources pkgutil platform plistlib poplib popen2 posix posixpath pprint profile \
    pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline \
    reprlib resource rlcompleter runpy sched secrets select selectors setuptools shelve shlex shutil \
    signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants \
    sre_parse ssl stat statistics string stringprep struct subprocess sunau symbol symtable sys \
    sysconfig syslog tabnanny tarfile telnetlib tempfile termios test textwrap this threading time \
    timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types \
    typing unicodedata unittest urllib urllib2 urlparse uu uuid venv warnings wave weakref \
    webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo \
    __future__ _abc _ast _asyncio _bisect _bz2 _codecs _collections _compat_pickle _compression \
    _csv _ctypes _curses _datetime _dbm _elementtree _functools _hashlib _heapq _imp _io _json \
    _locale _lsprof _lzma _multiprocessing _opcode _operator _osx_support _pickle _posixshmem \
    _posixsubprocess _pyio _pyrepl _queue _random _signal _socket _sqlite3 _sre _ssl _stat _string \
    _struct _symtable _thread _threading_local _tkinter _tracemalloc _warnings _weakref _winapi
    """.split(separator: " ").map(String.init))
}

extension PickleGlobal {
  /// What has that name in this class.
  ///
  /// - Throws: `Failure` where it is not for data.
  func inside(_ name: String) throws -> PickleGlobal {
    let inner = try PickleGlobal(module, "\(self.name).\(name)")
    try PickleTrust.check(inner, .new)
    return inner
  }
}
