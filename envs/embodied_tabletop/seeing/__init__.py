"""Where things are, by markers on them and a calibrated camera: `objects = "apriltag"`; docs/seeing.md."""
