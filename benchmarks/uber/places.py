"""Where every car is: our index beside trees, hexagons and Redis.

    python benchmarks/uber/places.py    some minutes

100,000 cars in 40 × 40 km, uniform and in 12 hot spots; the ten nearest of a car's place, all
within 2 km, and moves of about 30 m. Our cars have driven about for 20 reports before, so that
their rows lie as they come. Medians of the wall's time for one question, over rounds in which
the contestants take turns; moves by CPU time, but with Redis, which is another process. All
answers are held against a brute force. All give ids and metres, but cKDTree and STRtree in a
circle: ids alone. Redis stands behind a Unix socket: no network. What is not installed is not run.
"""

import importlib.util
import platform
import statistics
import time

import numpy as np
from scipy.spatial import cKDTree

from scalemodel.core.rng import stream
from scalemodel.parts.storage.redis_server import PrivateServer, server_program
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.location.sphere import EARTH_M, brute_force, distance_m

CARS, K, RADIUS_M = 100_000, 10, 2000.0
ROUNDS, QUESTIONS, SLOW_QUESTIONS, CHECKED = 5, 400, 40, 100
HALF_SIDE = 20.0  # km
KM_LAT, KM_LON = 1 / 111.195, 1 / (111.195 * np.cos(np.radians(52.5)))  # degrees


def has(name):
    """Whether a peer is installed; says so if not."""
    if importlib.util.find_spec(name) is None:
        print(f"not run: {name}: make bench")
        return False
    return True


# ── The contestants ─────────────────────────────────────────────────────────
def vectors(lat, lon):
    """Unit vectors, shape (points, 3)."""
    phi, turn = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(phi) * np.cos(turn), np.cos(phi) * np.sin(turn), np.sin(phi)], -1)


class Ours:
    name = "GeoIndex, 250 m"

    def __init__(self, lat, lon, luck):
        self.ids, self.index = np.arange(len(lat)), GeoIndex(250)
        for _ in range(20):
            self.batch(lat + luck.normal(0, 3e-4, CARS), lon + luck.normal(0, 5e-4, CARS))
        self.batch(lat, lon)

    def nearest(self, lat, lon):
        return self.index.nearest(lat, lon, K)

    def circle(self, lat, lon):
        return self.index.within(lat, lon, RADIUS_M)[0]

    def many(self, lat, lon):
        self.index.nearest_many(lat, lon, K)

    def move(self, id, lat, lon):
        self.index.move_one(id, lat, lon)

    def batch(self, lat, lon):
        self.index.move(self.ids, lat, lon)


class Tree:
    name = "cKDTree, unit vectors"
    rebuilt = True

    def __init__(self, lat, lon, luck):
        self.batch(lat, lon)

    def batch(self, lat, lon):
        self.tree = cKDTree(vectors(lat, lon))

    def nearest(self, lat, lon):
        chord, ids = self.tree.query(vectors(lat, lon), K)
        return ids, 2 * EARTH_M * np.arcsin(chord / 2)

    def circle(self, lat, lon):
        return self.tree.query_ball_point(vectors(lat, lon), 2 * np.sin(RADIUS_M / 2 / EARTH_M))

    def many(self, lat, lon):
        self.tree.query(vectors(lat, lon), K)


class TreeAlone(Tree):
    """The same, asked with a vector and answered with a chord."""

    name = "cKDTree, its query alone"

    def nearest(self, lat, lon):
        at = vectors(lat, lon)
        began = time.perf_counter()
        chord, ids = self.tree.query(at, K)
        self.took_s = time.perf_counter() - began
        return ids, 2 * EARTH_M * np.arcsin(chord / 2)


class Ball(Tree):
    name = "BallTree, haversine"

    def batch(self, lat, lon):
        from sklearn.neighbors import BallTree

        self.tree = BallTree(np.radians(np.stack([lat, lon], -1)), metric="haversine")

    def nearest(self, lat, lon):
        far, ids = self.tree.query(np.radians([[lat, lon]]), K)
        return ids[0], far[0] * EARTH_M

    def circle(self, lat, lon):
        return self.tree.query_radius(np.radians([[lat, lon]]), RADIUS_M / EARTH_M)[0]

    def many(self, lat, lon):
        self.tree.query(np.radians(np.stack([lat, lon], -1)), K)


class Confirmed:
    """For who finds candidates in a box or in cells: the haversine confirms them."""

    def confirmed(self, ids, lat, lon, radius_m=RADIUS_M):
        ids = np.asarray(ids, dtype=np.int64)
        far_m = distance_m(self.lat[ids], self.lon[ids], lat, lon)
        return ids[far_m <= radius_m], far_m[far_m <= radius_m]

    def circle(self, lat, lon):
        return self.confirmed(self.candidates(lat, lon), lat, lon)[0]

    def nearest(self, lat, lon):
        ids, far_m = self.confirmed(self.candidates(lat, lon), lat, lon)
        order = np.lexsort((ids, far_m))[:K]
        return ids[order], far_m[order]

    def box(self, lat, lon):
        km = 1.01 * RADIUS_M / 1000
        return lon - km * KM_LON, lat - km * KM_LAT, lon + km * KM_LON, lat + km * KM_LAT


class Packed(Confirmed):
    name = "STRtree, a box of 2 km"
    rebuilt = True

    def __init__(self, lat, lon, luck):
        self.batch(lat, lon)

    def batch(self, lat, lon):
        import shapely

        self.lat, self.lon, self.shape = lat, lon, shapely.box
        self.tree = shapely.STRtree(shapely.points(lon, lat))

    def candidates(self, lat, lon):
        return self.tree.query(self.shape(*self.box(lat, lon)))


class Rtree(Confirmed):
    name = "rtree"

    def __init__(self, lat, lon, luck):
        from rtree.index import Index

        self.lat, self.lon = lat.copy(), lon.copy()
        bounds = np.stack([lon, lat, lon, lat], -1).tolist()
        self.tree = Index((id, box, None) for id, box in enumerate(bounds))

    def candidates(self, lat, lon):
        return [*self.tree.intersection(self.box(lat, lon))]

    def nearest(self, lat, lon):
        """In degrees as they are: not the nearest where a degree east is shorter."""
        ids = np.array([*self.tree.nearest((lon, lat, lon, lat), K)], dtype=np.int64)
        return self.confirmed(ids[:K], lat, lon, np.inf)

    def move(self, id, lat, lon):
        old = self.lon[id], self.lat[id], self.lon[id], self.lat[id]
        self.tree.delete(id, old)
        self.tree.insert(id, (lon, lat, lon, lat))
        self.lat[id], self.lon[id] = lat, lon


class Hexagons(Confirmed):
    name = "H3 res 8, sets by integer"

    def __init__(self, lat, lon, luck):
        import h3.api.basic_int as h3

        self.h3, self.lat, self.lon, self.cells = h3, lat.copy(), lon.copy(), {}
        self.cell = [h3.latlng_to_cell(*at, 8) for at in zip(lat.tolist(), lon.tolist())]  # noqa: B905
        for id, cell in enumerate(self.cell):
            self.cells.setdefault(cell, set()).add(id)

    def candidates(self, lat, lon):
        disk = self.h3.grid_disk(self.h3.latlng_to_cell(lat, lon, 8), 3)
        return [id for cell in disk for id in self.cells.get(cell, ())]

    def move(self, id, lat, lon):
        cell = self.h3.latlng_to_cell(lat, lon, 8)
        self.lat[id], self.lon[id] = lat, lon
        if cell != self.cell[id]:
            self.cells[self.cell[id]].discard(id)
            self.cells.setdefault(cell, set()).add(id)
            self.cell[id] = cell


class Redis:
    name = "Redis GEOSEARCH"
    wall = True

    def __init__(self, lat, lon, luck):
        import redis

        self.server = PrivateServer()
        self.client = redis.Redis.from_url(self.server.url)
        self.batch(lat, lon)

    def batch(self, lat, lon):
        rows = [*zip(lon.tolist(), lat.tolist(), range(len(lat)), strict=True)]
        for first in range(0, len(rows), 1000):
            self.client.geoadd("cars", [v for row in rows[first : first + 1000] for v in row])

    def search(self, lat, lon, **more):
        return self.client.geosearch(
            "cars", longitude=lon, latitude=lat, unit="m", withdist=True, **more
        )

    def nearest(self, lat, lon):
        found = self.search(lat, lon, radius=RADIUS_M, sort="ASC", count=K)
        return [int(id) for id, _ in found], [far_m for _, far_m in found]

    def circle(self, lat, lon):
        return [int(id) for id, _ in self.search(lat, lon, radius=RADIUS_M)]

    def move(self, id, lat, lon):
        self.client.geoadd("cars", (lon, lat, id))


# ── The table ───────────────────────────────────────────────────────────────
def contestants():
    """Those that are here."""
    there = [Ours, Tree, TreeAlone]
    peers = {"sklearn": Ball, "shapely": Packed, "rtree": Rtree, "h3": Hexagons}
    there += [peer for name, peer in peers.items() if has(name)]
    if server_program() is None:
        print("not run: Redis: install redis-server")
        return there
    return [*there, Redis]


def layout(name, luck):
    """Latitudes and longitudes around 52.5, 13.4."""
    if name == "uniform":
        km = luck.uniform(-HALF_SIDE, HALF_SIDE, (2, CARS))
    else:
        spots = luck.uniform(-15, 15, (2, 12))
        km = spots[:, luck.integers(0, 12, CARS)] + luck.normal(0, 1.5, (2, CARS))
    return 52.5 + km[0] * KM_LAT, 13.4 + km[1] * KM_LON


def median_us(peer, ask, places):
    """The median time of a question."""
    took = []
    for lat, lon in places:
        began = time.perf_counter()
        ask(lat, lon)
        took.append(time.perf_counter() - began)
        if ask.__name__ == "nearest" and isinstance(peer, TreeAlone):
            took[-1] = peer.took_s
    return 1e6 * statistics.median(took)


def first_question_ms(ours, lat, lon, luck):
    """The question after a round of moves, which puts the rows in order."""
    took = []
    for _ in range(9):
        ours.batch(lat + luck.normal(0, 3e-4, CARS), lon + luck.normal(0, 5e-4, CARS))
        began = time.process_time()
        ours.nearest(float(lat[0]), float(lon[0]))
        took.append(1000 * (time.process_time() - began))
    return statistics.median(took)


def moves_per_s(peer, lat, lon, luck):
    """Moves a second: one at a time, and a batch; None where there is no such thing."""
    clock = time.perf_counter if hasattr(peer, "wall") else time.process_time
    one = batch = None
    if hasattr(peer, "move"):
        ids = luck.integers(0, CARS, 20_000 if isinstance(peer, Ours) else 1000)
        rows = [*zip(ids.tolist(), (lat[ids] + 3e-4).tolist(), lon[ids].tolist(), strict=True)]
        began = clock()
        for row in rows:
            peer.move(*row)
        one = len(rows) / (clock() - began)
    if hasattr(peer, "batch"):
        rates = []
        for _ in range(1 if hasattr(peer, "wall") else ROUNDS):
            to = lat + luck.normal(0, 3e-4, CARS), lon + luck.normal(0, 5e-4, CARS)
            began = clock()
            peer.batch(*to)
            rates.append(CARS / (clock() - began))
        batch = statistics.median(rates)
    return one, batch


def wrong(peer, lat, lon, places):
    """The share of true answers missed, nearest and circle, and the largest error in metres."""
    ids, missed, asked, worst_m = np.arange(CARS), [0, 0], [0, 0], 0.0
    for at in places:
        for n, (k, radius_m) in enumerate(((K, 1e9), (CARS, RADIUS_M))):
            true, _ = brute_force(ids, lat, lon, *at, k, radius_m)
            told = peer.nearest(*at) if n == 0 else (peer.circle(*at), None)
            missed[n] += len(set(true.tolist()) - {int(id) for id in told[0]})
            asked[n] += len(true)
            if n == 0:
                really_m = distance_m(lat[np.array(told[0])], lon[np.array(told[0])], *at)
                worst_m = max(worst_m, float(np.abs(np.array(told[1]) - really_m).max()))
    return missed[0] / asked[0], missed[1] / asked[1], worst_m


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    kinds = contestants()
    for name in ("uniform", "hot"):
        luck = stream(1, name)
        lat, lon = layout(name, luck)
        peers = [kind(lat, lon, luck) for kind in kinds]
        where = luck.integers(0, CARS, QUESTIONS)
        places = [*zip(lat[where].tolist(), lon[where].tolist(), strict=True)]
        took = {peer.name: [] for peer in peers}
        for _ in range(ROUNDS):
            for peer in peers:
                few = QUESTIONS if isinstance(peer, Ours | Tree) else SLOW_QUESTIONS
                asks = peer.nearest, peer.circle
                took[peer.name].append([median_us(peer, ask, places[:few]) for ask in asks])
        middle = {peer: np.median(rows, axis=0) for peer, rows in took.items()}
        print(f"{CARS:,} cars, {name}; {peers[0].index.bytes / CARS:.1f} bytes a car of ours")
        print(
            f"{'':<26} best-10 µs      ×  circle µs  move/s  batch/s  missed 10, circle  off by m"
        )
        for peer in peers:
            best, circle = middle[peer.name]
            missed = wrong(peer, lat, lon, places[:CHECKED])
            one, batch = moves_per_s(peer, lat, lon, luck)
            print(f"{peer.name:<26} {best:10.1f} {best / middle[Ours.name][0]:6.1f} {circle:10.0f} "
                  f"{f'{one:,.0f}' if one else '-':>8} {f'{batch / 1e6:.2f} M' if batch else '-':>8}"
                  f"{missed[0]:10.3%} {missed[1]:8.3%} {missed[2]:9.2g}")  # fmt: skip
        for peer in peers:
            if hasattr(peer, "many"):
                peer.many(lat[:1], lon[:1])  # machine code is made here
                began = time.process_time()
                peer.many(lat[:5000], lon[:5000])
                print(
                    f"  many best-10, {peer.name}: {5000 / (time.process_time() - began):,.0f} /s"
                )
        print(
            f"  the first question after a round: {first_question_ms(peers[0], lat, lon, luck):.1f} ms"
        )
        if isinstance(peers[-1], Redis):
            peers[-1].server.stop()
        print()


if __name__ == "__main__":
    main()
