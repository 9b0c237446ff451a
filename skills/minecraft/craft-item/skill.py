"""Craft items, at a table where one is needed."""


def craft_item(item: str, count: int = 1, using: str = "") -> SkillResult:
    """Craft `count` more of `item`. `using` names the ingredient that the plan counts on."""
    before = fact("inventory", item)
    if not _needs_table(item, using):
        made = craft(item, count)
        return done(crafted=made.value["crafted"]) if made.ok else failed(made.message)
    table = place_station("crafting_table")
    if not table.ok:
        return table
    x, y, z = int(table.value["x"]), int(table.value["y"]), int(table.value["z"])
    made = craft(item, count, x, y, z)
    if not made.ok and made.error == "no_table":
        go_to(x, y, z, range=2.0)
        made = craft(item, count, x, y, z)
    if table.value["placed"]:
        taken = take_station("crafting_table", x, y, z)
        if not taken.ok:
            log(taken.reason)
    if fact("inventory", item) < before + count and not made.ok:
        return failed(made.message)
    return done(crafted=fact("inventory", item) - before)


def _needs_table(item: str, using: str) -> bool:
    """True unless a recipe that fits the hand is known and its ingredients are held."""
    known = recipes(item)
    if not known.ok:
        return False
    for recipe in known.value["recipes"]:
        if recipe["needs_table"]:
            continue
        held = True
        for name in recipe["ingredients"]:
            if fact("inventory", name) < recipe["ingredients"][name]:
                held = False
        if held:
            return False
    for recipe in known.value["recipes"]:
        if recipe["needs_table"]:
            return True
    return False
