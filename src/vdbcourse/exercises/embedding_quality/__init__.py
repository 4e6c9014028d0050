"""Exercise 02: messy, very short and very long texts."""
