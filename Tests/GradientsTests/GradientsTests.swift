// Tests of Gradients.
