"""What a run looks like: journal records made into a state, and the state drawn."""
