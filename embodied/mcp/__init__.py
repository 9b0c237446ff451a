"""A world, its skills and the gate, offered to any client of the Model Context Protocol."""
