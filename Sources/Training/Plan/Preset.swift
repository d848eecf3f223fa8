import Checkpoints
import FoundationEssentials
import Tensors

/// The hyper-parameters of DeepMind's runs on ImageNet (`byol/configs/byol.py`).
public struct Preset: Sendable, Hashable {
  /// `deepmind-300`.
  public let name: String
  /// Epochs over the training set.
  public let epochs: Int
  /// The learning rate for a batch of 256.
  public let baseLearningRate: Double
  /// Weight decay.
  public let weightDecay: Double
  /// tau at step 0.
  public let tau: Double
  /// Epochs of warm-up.
  public let warmupEpochs = 10
  /// The batch of the published runs.
  public let batch = 4096
  /// The pictures of ImageNet's training set.
  public static let imageNet = 1_281_167

  /// Every preset: 40, 100, 300 and 1000 epochs.
  public static let all = [
    Preset("deepmind-40", 40, 0.45, 1e-6, 0.97), Preset("deepmind-100", 100, 0.45, 1e-6, 0.99),
    Preset("deepmind-300", 300, 0.3, 1e-6, 0.99), Preset("deepmind-1000", 1000, 0.2, 1.5e-6, 0.996),
  ]

  private init(
    _ name: String, _ epochs: Int, _ baseLearningRate: Double, _ weightDecay: Double, _ tau: Double
  ) {
    self.name = name
    self.epochs = epochs
    self.baseLearningRate = baseLearningRate
    self.weightDecay = weightDecay
    self.tau = tau
  }

  /// The preset of that name.
  ///
  /// - Throws: `Failure` (`usage`) where there is none, naming them.
  public static func named(_ name: String) throws -> Preset {
    guard let preset = all.first(where: { $0.name == name }) else {
      throw Failure(
        .usage,
        "there is no preset '\(name)'; there are \(all.map(\.name).joined(separator: ", "))")
    }
    return preset
  }

  /// Steps in so many epochs, rounded down.
  public static func steps(epochs: Int, examples: Int, batch: Int) -> Int {
    let (pictures, overflow) = epochs.multipliedReportingOverflow(by: examples)
    return overflow || batch < 1 ? Int.max : pictures / batch
  }

  /// The conventions of DeepMind's code without the numbers that differ from run to run.
  static func conventions() throws -> Recipe {
    let text = """
      {
        "loss": {"form": "2-2cos", "constant": 4, "views": "separate"},
        "augmentation": "deepmind",
        "optimizer": {
          "family": "lars", "variant": "paper", "excludes": "bias-and-norm",
          "lr_in_buffer": false, "hyperparameters": {"momentum": 0.9, "eta": 0.001}
        },
        "schedule": {"kind": "warmup-cosine"},
        "tau": {
          "kind": "cosine", "divisor": "K", "applied": "after-update", "covers": "parameters"
        },
        "target_bn": "own"
      }
      """
    return try JSONDecoder().decode(Recipe.self, from: Data(text.utf8))
  }
}
