"""Peers that speak the real protocols of real arms, written from their makers' documents.

Each is a process of its own, so that it can be killed, and measures what the arm really did: the tests of the
drivers believe the peer, not the driver. What a peer does not model, its docstring says.
"""
