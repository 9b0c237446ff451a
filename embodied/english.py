"""The English of goals: numbers, amounts, politeness, what separates one wish from the next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

NUMBERS: Mapping[str, int] = {
    **{word: value for value, word in enumerate(_UNITS)},
    **{word: 10 * value for value, word in enumerate(_TENS, start=2)},
}
NUMERAL = r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
"""A number in figures: "2.5", "2,5", "1,000"."""

TIMES: Mapping[str, float] = {
    **{"dozen": 12, "dozens": 12, "couple": 2, "pair": 2, "pairs": 2, "hundred": 100, "thousand": 1000},
    **{"half": 0.5, "few": 3, "several": 3, "set": 1, "sets": 1, "suit": 1, "suits": 1},
}
STACKS = frozenset({"stack", "stacks"})
MORE = frozenset({"more", "another", "additional", "extra", "further"})
ARTICLES = frozenset(
    (
        *("a", "an", "the", "my", "your", "our", "some", "any", "of", "new", "at", "least"),
        *("full", "complete", "whole", "entire"),
    )
)
SEPARATORS = frozenset(
    (
        *(",", ";", ".", "!", "?", "&", "+", "and", "then", "plus", "also", "next", "finally", "first"),
        *("afterwards", "too"),
    )
)
FLUFF: frozenset[tuple[str, ...]] = frozenset(
    tuple(phrase.split())
    for phrase in (
        *("please", "pls", "kindly", "hey", "hello", "hi", "ok", "okay", "now", "just", "quickly", "asap"),
        *("thanks", "thank you", "can you", "could you", "would you", "will you", "you", "i", "we", "me"),
        *("i need", "i need you to", "we need", "i want", "i want you to", "i would like", "id like"),
        *("i would like you to", "id like you to", "i will need", "need", "want", "lets", "let us", "to"),
        *("go", "go and", "go to", "try to", "help me", "for me", "for us", "us", "the goal is"),
        *("your goal is to", "the goal is to", "your task is to", "make sure you have", "after that"),
        *("until you have", "make sure to", "in total", "total", "altogether", "from scratch", "each"),
        *("as well as", "as well", "in my inventory", "in your inventory", "in the inventory"),
    )
)
_YOU = r"(?:can|could|would|will) you(?: (?:please|kindly|maybe|possibly|just|perhaps|now))?"
_ADDRESSED = r"(?:(?:hey|hi|hello|dear|my|ok|okay) )?(?:robot|robo|robby|buddy|mate|friend|dude|dear|arm)"
_THANKS = r"(?:thanks|thank yo+u+|thx|ty|cheers)(?: (?:a lot|so much|very much))?"
_CLOSED = r"(?:[,!.]+(?=\s)|[,\s]|$)"
"""What ends a greeting: "hi robot! put ...", "hey, put ...". """
_BEGUN = re.compile(
    rf"(?:(?:please(?: to)?|pls|plz|kindly|{_THANKS}(?=[,.!]| (?:good ?)?bye)|now(?! the )|ok|okay|"
    rf"alright|all right|"
    rf"then(?! the )|"
    rf"and(?! (?:now |then )?the )|just|no(?=,(?! the | (?:take|pick|grab) the \w+ one$))|hey(?: there)?|hi|"
    rf"hello|"
    rf"sorry(?=,)|nice(?=[,.!])|perfect(?=[,.!])|"
    rf"i(?:'ve| have) changed my mind(?=,)|never mind(?=,)|sir(?=,)|robot(?=,)|"
    rf"well|good|great|so(?! that)|u+m+|u+h+|er+|hm+|oh|ah|yes|yeah|maybe|perhaps|finally(?! the )|"
    rf"next(?! to| the )|"
    rf"after that|{_ADDRESSED}|from now on|go ahead and|right(?=,)){_CLOSED}|"
    rf"(?:{_YOU}|(?:i|we) (?:want|need|would like|would love)(?: that)? you(?: to)?|"
    rf"i'd (?:like|love) you to|i'd like it if you(?: could)?|you (?:should|can|could|may|have to|need to)"
    rf"(?= [a-z]+ )|let's|let us|try to|"
    rf"(?:it would be|it'd be) (?:nice|great|good|kind) if you(?: could)?|do me a favou?r(?: and|,)|"
    rf"your (?:next )?(?:task|job) is(?: to)?|would you be so kind(?: as)? to|be so kind(?: as to| and)|"
    rf"what i(?:'d like| would like| want)(?: you to do)? is(?: to)?)[,\s]+)",
    re.IGNORECASE,
)
_ENDED = re.compile(
    rf"(?<!\bthe)(?<!\byour)(?<![,\s?!.])(?P<asked>\??)[,\s!.]+"
    rf"(?:(?:please|pls|plz|pretty please|{_THANKS}|now|"
    rf"right now|lol|haha+|hehe+|lmao|"
    rf"right away|immediately|asap|as soon as possible|for me|for us|ok|okay|alright|(?<=,\s)you know|{_YOU}|"
    rf"{_ADDRESSED}|love|darling|if you (?:can|could|please|would|don't mind|like)|"
    rf"when(?:ever)? you(?:'re| are) (?:done|ready|finished)|and that's (?:it|all)|and leave the rest))"
    rf"[?!.]*$",
    re.IGNORECASE,
)
_SHORT: Mapping[str, str] = {
    **{"u": "you", "r": "are", "ur": "your", "im": "i'm", "thats": "that's", "whats": "what's"},
    **{"wheres": "where's", "dont": "don't", "cant": "can't", "youre": "you're", "theres": "there's"},
    **{"wanna": "want to", "gonna": "going to", "gimme": "give me", "em": "them", "w/": "with"},
    **{"deg": "degrees", "degs": "degrees", "til": "until", "till": "until", "lets": "let's"},
}
"""How people in a hurry write."""
_SHORTENED = re.compile(rf"(?<![\w'\"-])(?:{'|'.join(map(re.escape, _SHORT))})(?![\w'\"-])", re.IGNORECASE)


def written_out(text: str) -> str:
    """What is shortened in a hurry in full: "what r u holding" as "what are you holding"."""
    return _SHORTENED.sub(lambda found: _SHORT[found[0].lower()], text)


def without_politeness(text: str) -> str:
    """What a sentence says, without how it is asked for: "could you please open the drawer, thanks?"."""
    while True:
        begun = _BEGUN.sub("", text, count=1) if _BEGUN.match(text) else text
        shorter = _ENDED.sub(r"\g<asked>", begun).strip(" ,")
        if not shorter or shorter == text:
            return text
        if re.match(_YOU, text, re.IGNORECASE):
            shorter = shorter.rstrip("? ")
        text = shorter


_AMERICAN: Mapping[str, str] = {"armour": "armor", "grey": "gray", "colour": "color", "coloured": "colored"}
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_JOINTS = re.compile(r"(?<=\w)[-_](?=\w)|\w+:(?=\w)")


def numeral(text: str) -> float:
    """What figures come to; a comma before three of them parts thousands, "1,000", but not in "0,125"."""
    thousands = re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", text)
    return float(text.replace(",", "" if thousands else "."))


def tokens(text: str) -> list[str]:
    """Words, numbers and marks in lower case; hyphens, underscores and namespaces are taken apart."""
    plain = text.casefold().replace("'", "").replace("’", "")
    plain = _JOINTS.sub(" ", plain).replace("_", " ")
    return [_AMERICAN.get(word, word) for word in _TOKEN.findall(plain)]


def key(words: Iterable[str]) -> str:
    """Words run together, so that "pick axe" finds "pickaxe"."""
    return "".join(words)


def with_article(noun: str) -> str:
    """ "an axe", "a pickaxe"."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def listed(parts: tuple[str, ...]) -> str:
    """ "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
