"""The sentence encoder as a file that onnxruntime runs, from the weights in a Python package."""
