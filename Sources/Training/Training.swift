import Checkpoints
import Gradients
import Images
import Tensors
