"""Episodes of arms as datasets of other programs."""
