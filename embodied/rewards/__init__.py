"""Dense rewards as code: specified, checked, run within limits, criticised, analysed, composed.

    spec        named observations and actions: shape, unit, frame, bounds
    language    what reward code may be made of; checking, compiling: from text to a function
    calling     that function in this process; worker, client: in a limited process of its own
    critic      refuses a reward that pays for not finishing, before anything is trained with it
    analyst     reads how training went, and says so in words
    composing   writes staged rewards from a success condition, with no model

docs/rewards.md explains them with an example. Nothing here imports torch or a simulator.
"""
