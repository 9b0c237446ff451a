"""People talk to the agent in the chat of a game: who is heard, which lines are meant, how it answers."""
