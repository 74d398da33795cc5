"""`handrail init`: from what is found at the vendors to a first config. Guesses are pure; asking is at the door."""
