"""Skills that are learned: reward candidates are judged, trained with, and the best policy is kept.

Nothing that is imported here, or when the command line starts, needs torch; `sac`, `rewarded` and `export`
do, and are imported when a training begins.
"""
