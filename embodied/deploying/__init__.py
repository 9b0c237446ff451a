"""A skill on a real arm: checked, rehearsed, consented to, run, reported."""
