"""Benchmarks: seeds fixed beforehand, every failure counted, results in files that resume."""
