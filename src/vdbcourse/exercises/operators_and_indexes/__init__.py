"""Exercise 11: which operator, which index?"""
