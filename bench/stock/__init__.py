"""What a late document costs, and whether that grows with the movements behind it."""
