"""Makes numbers.onnx with onnx 1.23.2 and ml_dtypes: python make_onnx.py"""

import ml_dtypes
import numpy as np
from onnx import TensorProto, helper, numpy_helper

values = np.array([[0, 1, 2], [3, 4, 5]])
raw = [
    numpy_helper.from_array(values.astype(kind), f"raw/{np.dtype(kind).name}")
    for kind in [
        np.float32, np.float64, np.float16, ml_dtypes.bfloat16, np.int8, np.uint8, np.int16,
        np.uint16, np.int32, np.uint32, np.int64, np.uint64,
    ]
]
signed = [-1, 300 % 128, 0, 7]
fields = [
    helper.make_tensor(f"field/{name}", kind, [2, 2], numbers)
    for name, kind, numbers in [
        ("float32", TensorProto.FLOAT, [1, -2.5, 0, 3e38]),
        ("float64", TensorProto.DOUBLE, [1, -2.5, 0, 1e300]),
        ("float16", TensorProto.FLOAT16, [1, -2.5, 0, 65504]),
        ("bfloat16", TensorProto.BFLOAT16, [1, -2.5, 0, 256]),
        ("bool", TensorProto.BOOL, [1, 0, 0, 1]),
        ("int8", TensorProto.INT8, signed),
        ("uint8", TensorProto.UINT8, [0, 255, 1, 2]),
        ("int16", TensorProto.INT16, signed),
        ("uint16", TensorProto.UINT16, [0, 65535, 1, 2]),
        ("int32", TensorProto.INT32, [-(2**31), 2**31 - 1, 0, -1]),
        ("uint32", TensorProto.UINT32, [0, 2**32 - 1, 1, 2]),
        ("int64", TensorProto.INT64, [-(2**63), 2**63 - 1, 0, -1]),
        ("uint64", TensorProto.UINT64, [0, 2**64 - 1, 1, 2]),
    ]
]
scalar = numpy_helper.from_array(np.float32(0.5), "scalar")
empty = numpy_helper.from_array(np.zeros((0, 4), np.float32), "empty")
node = helper.make_node("Relu", ["x"], ["y"])
shape = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])
result = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])
graph = helper.make_graph([node], "numbers", [shape], [result], raw + fields + [scalar, empty])
model = helper.make_model(
    graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="onnx")
helper.set_model_props(model, {"author": "onnx", "byol-checkpoint/note": "{}"})
with open("numbers.onnx", "wb") as file:
    file.write(model.SerializeToString(deterministic=True))
