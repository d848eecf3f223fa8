import Glibc

/// The cross-entropy of logits; they become its gradient: probabilities, less one at the label.
func softmaxLoss(_ logits: UnsafeMutableBufferPointer<Double>, _ label: Int) -> Double {
  var largest = -Double.infinity
  for index in logits.indices where unsafe logits[index] > largest {
    largest = unsafe logits[index]
  }
  var sum = 0.0
  let atLabel = unsafe logits[label] - largest
  for index in logits.indices {
    unsafe logits[index] = exp(logits[index] - largest)
    unsafe sum += logits[index]
  }
  let scale = 1 / sum
  for index in logits.indices { unsafe logits[index] *= scale }
  unsafe logits[label] -= 1
  return log(sum) - atLabel
}
