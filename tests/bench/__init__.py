"""Benchmarks: ``python -m tests.bench``. Each figure stands beside a limit measured in the same run."""
