"""Exploring: an agent that sets its own goals, and what is learned from what happened.

`curriculum` chooses, `progress` counts from journal records, `explore` runs both in a world. `unasked`,
`sequences` and `lessons` read what happened out of the journals of any runs.
"""
