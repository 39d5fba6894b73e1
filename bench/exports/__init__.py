"""How fast a bulk export writes, and how much memory it takes."""
