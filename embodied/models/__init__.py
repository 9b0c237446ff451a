"""Asking language models; `embodied.models.client.connect` opens a client.

Only the plain nouns stand here; the client, which needs the `openai` package, is imported where a run
with a model begins.
"""

from embodied.models.messages import PARTS, Answer, Message, ModelClient
from embodied.models.settings import Model, Role

__all__ = ["PARTS", "Answer", "Message", "Model", "ModelClient", "Role"]
