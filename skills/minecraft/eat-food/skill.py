"""Eat what is held."""


def eat_food(enough: float = 18.0) -> SkillResult:
    """Eat until the food level is at least `enough` [0-20]."""
    for _ in range(10):
        if fact("food", default=20.0) >= enough:
            return done(food=fact("food", default=20.0))
        eaten = eat()
        if eaten.error == "not_hungry":
            return done(food=fact("food", default=20.0))
        if not eaten.ok:
            return failed(eaten.message)
    return done(food=fact("food", default=20.0))
