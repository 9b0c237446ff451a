"""A toy crafting world on a grid: no Node, no downloads, the same every time. For tests and first tries."""
