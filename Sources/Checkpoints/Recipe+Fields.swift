extension Recipe {
  /// Sets a field that a source's leaf gives; false where there is no such field.
  mutating func set(_ field: String, to value: Int) -> Bool {
    switch field {
    case "step": step = value
    case "epoch": epoch = value
    default: return false
    }
    return true
  }

  /// The value of such a field.
  func value(of field: String) -> Int? {
    switch field {
    case "step": step
    case "epoch": epoch
    default: nil
    }
  }

  /// The names of the fields that say something.
  public var saidFields: [String] {
    var fields: [String] = []
    if loss != nil { fields.append("loss") }
    if augmentation != nil { fields.append("augmentation") }
    if optimizer != nil { fields.append("optimizer") }
    if schedule != nil { fields.append("schedule") }
    if tau != nil { fields.append("tau") }
    if targetBN != nil { fields.append("target_bn") }
    if step != nil { fields.append("step") }
    if epoch != nil { fields.append("epoch") }
    if stepCounts != nil { fields.append("step_counts") }
    if random != nil { fields.append("random") }
    return fields
  }
}
