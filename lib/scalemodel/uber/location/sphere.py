"""Distances on a globe, and the answer that takes its time.

Latitude and longitude are angles: a degree of longitude is 111 km at the equator and nothing
at a pole, and 180° west is 180° east. The great circle between two points knows all of that.
`Everywhere` looks at every car for every question; it is what the index is held against.

Left out: the flattening of the Earth (up to 0.5 % of a distance), streets.
Sources: the haversine formula (Sinnott, Sky and Telescope, 1984); mean radius R₁ (IUGG).
"""

import numpy as np

EARTH_M = 6_371_008.8  # mean radius


def distance_m(lat: np.ndarray, lon: np.ndarray, to_lat: np.ndarray, to_lon: np.ndarray):
    """Metres along the great circle between points in degrees, of any shapes that go together.

    >>> round(float(distance_m(52.5, 13.4, 48.9, 2.35)) / 1000)
    874
    >>> round(float(distance_m(0, 179.999, 0, -179.999)))
    222
    """
    lat, lon, to_lat, to_lon = map(np.radians, (lat, lon, to_lat, to_lon))
    half = np.sin((to_lat - lat) / 2) ** 2
    half += np.cos(lat) * np.cos(to_lat) * np.sin((to_lon - lon) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(half))
