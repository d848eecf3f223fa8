/// The files of this folder, embedded in the program.
public enum Schemas {
  /// `checkpoint.json`: the names, axes and types of the native layout.
  public static var checkpoint: [UInt8] { PackageResources.checkpoint_json }

  /// What dialects have in common, by name.
  public static var fragments: [(name: String, json: [UInt8])] {
    [
      ("torch", PackageResources.torch_json)
    ]
  }

  /// One JSON file for each dialect, by name; a new dialect is a line.
  ///
  /// Where names fit several dialects alike, the first is taken.
  public static var dialects: [(name: String, json: [UInt8])] {
    [
      ("haiku", PackageResources.haiku_json),
      ("torchvision", PackageResources.torchvision_json),
      ("byol-convert", PackageResources.byol_convert_json),
      ("openmmlab-backbone", PackageResources.openmmlab_backbone_json),
      ("timm", PackageResources.timm_json),
      ("detectron2", PackageResources.detectron2_json),
      ("vissl", PackageResources.vissl_json),
      ("lucidrains", PackageResources.lucidrains_json),
      ("lucidrains-0.5", PackageResources.lucidrains_0_5_json),
      ("lucidrains-0.9", PackageResources.lucidrains_0_9_json),
      ("sthalles", PackageResources.sthalles_json),
      ("yaox12", PackageResources.yaox12_json),
      ("yaox12-published", PackageResources.yaox12_published_json),
      ("solo-learn", PackageResources.solo_learn_json),
      ("solo-learn-1.0", PackageResources.solo_learn_1_0_json),
      ("essential-byol", PackageResources.essential_byol_json),
      ("lightly-benchmark", PackageResources.lightly_benchmark_json),
      ("lightly-example", PackageResources.lightly_example_json),
      ("lightly-high-level", PackageResources.lightly_high_level_json),
      ("lightning-bolts", PackageResources.lightning_bolts_json),
      ("mmselfsup", PackageResources.mmselfsup_json),
      ("mmselfsup-0.x", PackageResources.mmselfsup_0_x_json),
      ("openselfsup", PackageResources.openselfsup_json),
      ("mmpretrain", PackageResources.mmpretrain_json),
      ("torchgeo", PackageResources.torchgeo_json),
      ("untitled-ai", PackageResources.untitled_ai_json),
      ("passl", PackageResources.passl_json),
      ("byol-a", PackageResources.byol_a_json),
      ("htdt", PackageResources.htdt_json),
      ("giakou4", PackageResources.giakou4_json),
      ("fastai", PackageResources.fastai_json),
      ("garder14", PackageResources.garder14_json),
    ]
  }
}
