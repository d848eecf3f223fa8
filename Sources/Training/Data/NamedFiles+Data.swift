public import Archives

extension NamedFiles {
  /// Adds pictures that `Datasets.open` reads: a file, or a directory of pictures or of CIFAR-10.
  public mutating func reads(data path: String?) {
    guard let path else { return }
    if Folder.isFolder(path) {
      return reads(folder: path, isDeep: true) { name in
        FolderWalk.isPicture(name) || CIFAR10.isPart(name)
      }
    }
    reads(Paths.splitting(path).file)
    guard CIFAR10.isBatch(path) else { return }
    reads(folder: Paths.folder(of: path), isDeep: false, where: CIFAR10.isPart)
  }
}
