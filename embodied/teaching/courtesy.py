"""What is said out of courtesy: greetings, thanks and praise ask for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embodied.teaching.verbs import Said, verb

if TYPE_CHECKING:
    from embodied.teaching.conversation import Conversation


@verb(
    "courtesy",
    r"(?P<greeting>(?:hello|hi|hey|good (?:morning|evening|afternoon))(?: there| robot)?)|"
    r"(?P<thanks>thanks|thank you|thx|cheers)(?: (?:a lot|very much|so much|robot))?|"
    r"(?:very |really )?(?:good|nice|great|well done|perfect|excellent|wonderful)(?: job| work| robot|"
    r" boy| one)?|"
    r"(?:that|this|it) (?:was|is) (?:very |really )?(?:good|nice|great|perfect|excellent)"
    r"(?:,? (?:just )?keep it (?:like that|that way|up))?|"
    r"(?P<answer>yes|no|ok|okay|y|n|sure|sorry)",
    example="thank you",
    what="gladly heard; nothing is done",
    any_time=True,
)
def courtesy(conversation: Conversation, said: Said) -> None:
    if said["greeting"]:
        conversation.tell("Hello. Say what I shall do, or 'help'.")
    elif said["thanks"]:
        conversation.tell("You are welcome.")
    elif said["answer"]:
        conversation.tell("There is no open question. Say what I shall do, or 'help'.")
    else:
        conversation.tell("Thank you.")
