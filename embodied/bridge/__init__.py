"""Bridges: processes that own a body, and how to talk to them (docs/bridge-protocol.md)."""
