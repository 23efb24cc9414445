"""What every model needs: chance, units, statistics, workloads, speed, sweeps."""
