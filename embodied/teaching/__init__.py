"""Teaching by saying, showing and correcting: `embodied teach`, a conversation beside a running world.

No model is asked: what is understood are the sentence patterns of docs/teaching.md. Everything is done
through `embodied.session.Session`; skills go through the same library and the same gate as all others.
"""
