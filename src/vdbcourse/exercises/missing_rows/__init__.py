"""Exercise 10: where did my rows go?"""
