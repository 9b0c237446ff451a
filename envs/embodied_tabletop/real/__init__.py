"""A table with an arm that is not simulated here: what stands there is believed, seen or simulated."""
