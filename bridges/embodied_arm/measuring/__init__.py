"""What `embodied bench deploy` measures of arms: faults on purpose, control loops, what limits cost."""
