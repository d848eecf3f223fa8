import Glibc

/// erfc(x), by the C library.
func errorFunctionComplement(_ value: Double) -> Double { erfc(value) }

/// exp(x), by the C library.
func exponential(_ value: Double) -> Double { exp(value) }

/// ln(x) of a positive number; of others that of a very small one.
func logarithm(_ value: Double) -> Double { log(max(value, 1e-12)) }
