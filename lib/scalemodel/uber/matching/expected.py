"""What theory says about the nearest car, the best pairing and the greedy one.

Left out: a city in steady state, where idle cars clump; see `surge.clumping`.
Sources: nearest points of a Poisson process: any text on point processes. Parisi's sum,
conjectured 1998: Linusson, Wästlund, and Nair, Prabhakar, Sharma, 2003 to 2005. The greedy
pairing: by memorylessness, see `expected_greedy`.
"""

__all__ = ["MOST", "expected_greedy", "expected_nearest_km", "expected_optimum"]
__dir__ = lambda: __all__

import math

from scalemodel.core import checks

MOST = 1_000_000


def expected_nearest_km(k: int, cars_per_km2: float) -> tuple[float, float]:
    """Mean and variance, in km and km², of the distance to the k-th car of a Poisson crowd.

    The area to the k-th is a sum of k exponentials of mean 1/density: π D² is Gamma(k), so
    E D = Γ(k + ½) / (Γ(k) √(π density)), and E D² = k / (π density).

    >>> [round(value, 5) for value in expected_nearest_km(k=1, cars_per_km2=20.0)]
    [0.1118, 0.00342]
    """
    k = checks.whole("k", k, at_least=1, at_most=1000)
    density = checks.real("cars_per_km2", cars_per_km2, at_least=1e-9, at_most=1e9)
    mean = math.exp(math.lgamma(k + 0.5) - math.lgamma(k)) / math.sqrt(math.pi * density)
    return mean, k / (math.pi * density) - mean**2


def expected_optimum(n: int) -> float:
    """Mean cost of the best pairing of n with n, all costs exponential of mean 1: Σ 1/k².

    >>> round(expected_optimum(5), 5), round(expected_optimum(500), 5)
    (1.46361, 1.64294)
    """
    n = checks.whole("n", n, at_least=1, at_most=MOST)
    return math.fsum(1 / k**2 for k in range(1, n + 1))


def expected_greedy(n: int) -> tuple[float, float]:
    """Mean and variance of the greedy pairing's cost on the same table: Σ 1/k and Σ 1/k².

    Row by row, the least of k exponentials has the mean 1/k and the variance 1/k². By the
    smallest edge first it is the same: what is left is, once more, exponential from there on.

    >>> [round(value, 5) for value in expected_greedy(20)]
    [3.59774, 1.59616]
    """
    n = checks.whole("n", n, at_least=1, at_most=MOST)
    return math.fsum(1 / k for k in range(1, n + 1)), expected_optimum(n)
