import Checkpoints

/// The names of `fixtures/oracles`: torchvision's encoder, and heads of `fc1`, `bn` and `fc2`.
enum OracleDialect {
  /// The dialect, with the recipe of one file.
  static func make(recipe: String) throws -> Dialect {
    try Dialect(json: Array(json(recipe: recipe).utf8), file: "oracle.json")
  }

  private static func json(recipe: String) -> String {
    """
    {
      "dialect": "oracle", "version": "1.0", "title": "Training oracles", "fragments": ["torch"],
      "source": "fixtures/oracles/README.md",
      "places": {
        "oracle_linear": [["linear0", "fc1"], ["linear1", "fc2"]],
        "oracle_bn": [["bn0", "bn"]]
      },
      "rules": {
        "oracle-mlp": [
          { "at": "oracle_linear", "native": "{place}/weight", "dialect": "{place}.weight", "axes": "OI" },
          { "at": "oracle_linear", "native": "{place}/bias", "dialect": "{place}.bias", "axes": "C" },
          { "at": "oracle_bn", "native": "{place}/{leaf:affine}", "dialect": "{place}.{leaf:affine}", "axes": "C" },
          { "at": "oracle_bn", "native": "{place}/{leaf:statistic}", "dialect": "{place}.{leaf:statistic}", "axes": "C" },
          {
            "at": "oracle_bn", "native": "training/bn/{mount}{place}/batches",
            "dialect": "{place}.num_batches_tracked",
            "derived": "count int64 training/bn/{mount}{place}/mean_counter"
          }
        ]
      },
      "forms": [
        {
          "name": "state",
          "mounts": [
            { "dialect": "online.encoder.", "native": "online/encoder/", "rules": "resnet" },
            { "dialect": "online.projector.", "native": "online/projector/", "rules": "oracle-mlp" },
            { "dialect": "predictor.", "native": "online/predictor/", "rules": "oracle-mlp" },
            { "dialect": "target.encoder.", "native": "target/encoder/", "rules": "resnet" },
            { "dialect": "target.projector.", "native": "target/projector/", "rules": "oracle-mlp" }
          ]
        }
      ],
      "recipe": \(recipe)
    }
    """
  }
}
