"""Craft whole batches of an item."""


def craft_item(item: str, count: int = 1) -> SkillResult:
    """Craft until `count` more of `item` are held."""
    start = fact("inventory", item)
    while fact("inventory", item) - start < count:
        made = craft(item)
        if not made.ok:
            return failed(made.message)
    return done(crafted=fact("inventory", item) - start)
